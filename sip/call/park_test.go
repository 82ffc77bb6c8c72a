package call

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dialtone/internal/audio"
	"dialtone/sip/media"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

// music is a tone of 620 Hz for everybody who waits.
type music struct{ source media.Source }

const musicHertz = 620

func newMusic() music {
	return music{media.NewTone(audio.Tone{{Hertz: [2]float64{musicHertz, 0}, Level: -10, Duration: time.Second}})}
}

func (m music) Music(string, string) media.Source { return m.source }

// parkingPBX has slots, music and minutes of so long.
func parkingPBX(t testing.TB, minute time.Duration) (*pbx, *slots) {
	t.Helper()
	s := &slots{}
	p := newPBX(t, func(c *Config) { c.Slots, c.Waiting = s, newMusic() })
	p.minute = minute
	t.Cleanup(func() {
		if n := s.len(); n != 0 {
			t.Errorf("%d slots taken", n)
		}
	})
	p.editAccount(t, func(a *record.Account) { a.ParkingTimeoutMinutes = 1 })
	return p, s
}

// editAccount changes the account.
func (r *records) editAccount(t testing.TB, edit func(*record.Account)) {
	t.Helper()
	err := r.store.Update(t.Context(), func(tx *store.Tx) error {
		a, err := store.Load[*record.Account](tx, r.account)
		if err != nil {
			return err
		}
		edit(a)
		return tx.Replace(a, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// both have two parties hear each other.
func both(t testing.TB, a, b *peer.PhoneCall) {
	t.Helper()
	a.Tone(450)
	b.Tone(950)
	a.Hears(t, 950)
	b.Hears(t, 450)
}

// parkAt transfers the other party of a call to a slot, blindly.
func parkAt(t testing.TB, by *peer.PhoneCall, dialled, told string) {
	t.Helper()
	if status := by.Refer(t, "sip:"+dialled+"@"+office); status != 202 {
		t.Fatalf("REFER answered %d", status)
	}
	if got := by.AwaitTransfer(t); got != told {
		t.Errorf("the parker was told %q, want %q", got, told)
	}
}

func TestParkAndRetrieve(t *testing.T) {
	p, s := parkingPBX(t, time.Hour)
	bob := p.phone("bob")
	a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Reinvite(t, "sendonly")
	parkAt(t, a, "*687", "200 OK")
	a.Hangup(t)
	s.await(t, 7, ParkWaiting)
	c.Hears(t, musicHertz)
	if list := p.Active(p.account); len(list) != 1 || list[0].State != "parked" {
		t.Errorf("active: %+v", list)
	}
	b := bob.Dial(t, "*687")
	ok := b.Await(t, 200)
	if who := ok.Get("P-Asserted-Identity"); !strings.Contains(who, "sip:1003@") {
		t.Errorf("who retrieves is shown %q", who)
	}
	both(t, b, c)
	s.await(t, 7, "")
	c.Hangup(t)
	b.AwaitRequest(t, "BYE")
	r := p.record(t, 0)
	want := []string{"1001 transferred to Park 7", "1002 took the call from slot 7"}
	if !slices.Equal(r.Transfers, want) || r.Result != record.CallAnswered || r.Reason != record.ReasonNormal || r.From != "1001" {
		t.Errorf("record %+v", r)
	}
	for _, kind := range []EventKind{EventParked, EventRetrieved} {
		if !slices.Contains(p.kinds(), kind) {
			t.Errorf("events %v lack %s", p.kinds(), kind)
		}
	}
	if got := p.slotStates(7); !slices.Equal(got, []ParkState{ParkWaiting, ParkLeft}) {
		t.Errorf("slot's states %v", got)
	}
	if got := p.event(t, EventRetrieved).Parked; got.State != ParkTaken || got.Taker.Number != "1002" || got.By.Number != "1001" {
		t.Errorf("retrieved: %+v", got)
	}
	p.quiet()
}

// event is the first event of a kind.
func (r *records) event(t testing.TB, kind EventKind) Event {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.events, func(e Event) bool { return e.Kind == kind })
	if i < 0 {
		t.Fatalf("no event %s", kind)
	}
	return r.events[i]
}

// slotStates are the states of a slot that were told.
func (r *records) slotStates(slot int) (list []ParkState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Kind == EventSlot && e.Parked.Slot == slot {
			list = append(list, e.Parked.State)
		}
	}
	return list
}

// An attended transfer to a slot parks when it is completed, not before.
func TestParkAttended(t *testing.T) {
	for _, dialled := range []string{"*6812", "*68"} {
		t.Run(dialled, func(t *testing.T) {
			p, s := parkingPBX(t, time.Hour)
			ann, bob := p.phone("ann"), p.phone("bob")
			slot := map[string]int{"*6812": 12, "*68": 1}[dialled]
			a, c := talk(t, ann, "1003", p.phone("cid"))
			a.Reinvite(t, "sendonly")
			c.Hears(t, musicHertz)
			a2 := ann.Dial(t, dialled)
			ok := a2.Await(t, 200)
			if shown := ok.Get("P-Asserted-Identity"); !strings.Contains(shown, `"Park `+itoa(slot)+`"`) {
				t.Errorf("the parker is shown %q", shown)
			}
			s.await(t, slot, "reserved")
			eventually(t, "a tone that confirms", func() bool { return a2.Packets() > 20 })
			if status := a.ReferTo(t, a2); status != 202 {
				t.Fatalf("REFER answered %d", status)
			}
			if got := a.AwaitTransfer(t); got != "200 OK" {
				t.Errorf("the parker was told %q", got)
			}
			a2.AwaitRequest(t, "BYE")
			a.Hangup(t)
			s.await(t, slot, ParkWaiting)
			c.Hears(t, musicHertz)
			b := bob.Dial(t, "*68"+itoa(slot))
			b.Await(t, 200)
			both(t, b, c)
			b.Hangup(t)
			c.AwaitRequest(t, "BYE")
			p.quiet()
		})
	}
}

// Who is told a slot and does not park there gives it back.
func TestParkAttendedGivenUp(t *testing.T) {
	p, s := parkingPBX(t, time.Hour)
	ann := p.phone("ann")
	a, c := talk(t, ann, "1003", p.phone("cid"))
	a.Reinvite(t, "sendonly")
	a2 := ann.Dial(t, "*68")
	a2.Await(t, 200)
	s.await(t, 1, "reserved")
	a2.Hangup(t)
	s.await(t, 1, "")
	a.Reinvite(t, "sendrecv")
	both(t, a, c)
	a.Hangup(t)
	p.quiet()
}

func TestParkWhereNobodyIs(t *testing.T) {
	p, _ := parkingPBX(t, time.Hour)
	ann := p.phone("ann")
	for _, dialled := range []string{"*687", "*68"} {
		if got := ann.Dial(t, dialled).Final(t); got.Status() != 404 {
			t.Errorf("%s: %s", dialled, got)
		}
	}
	p.quiet()
}

// Of two who want one slot the second is told, and his call goes on.
func TestParkInTakenSlot(t *testing.T) {
	p, s := parkingPBX(t, time.Hour)
	ann, cid := p.phone("ann"), p.phone("cid")
	a, c := talk(t, ann, "1003", cid)
	p.phone("bob2")
	b, a2 := talk(t, p.phone("bob"), "1001", ann)
	parkAt(t, a, "*687", "200 OK")
	a.Hangup(t)
	parkAt(t, b, "*687", "486 Park Slot Is Taken")
	both(t, b, a2)
	parkAt(t, b, "*68", "200 Park 1")
	b.Hangup(t)
	s.await(t, 1, ParkWaiting)
	c.Hears(t, musicHertz)
	a2.Hears(t, musicHertz)
	c.Hangup(t)
	s.await(t, 7, "")
	if !p.HangupParked(p.account, 1) || p.HangupParked(p.account, 7) {
		t.Error("hanging up who waits in slot 1 alone failed")
	}
	a2.AwaitRequest(t, "BYE")
	s.await(t, 1, "")
	p.quiet()
}

// Nobody takes the call: the parker's phone rings and shows who waits.
func TestParkRingsBack(t *testing.T) {
	p, s := parkingPBX(t, time.Millisecond)
	ann := p.phone("ann")
	a, c := talk(t, ann, "1003", p.phone("cid"))
	parkAt(t, a, "*687", "200 OK")
	a.Hangup(t)
	back := ringing(t, ann)
	if from := cutTag(back.Invite().Get("From")); from != `"Park 7: Cid" <sip:1003@pbx.example>` {
		t.Errorf("the parker is shown %q", from)
	}
	back.Reply(180)
	s.await(t, 7, ParkRingBack)
	c.Hears(t, musicHertz)
	back.Answer(t)
	both(t, back, c)
	s.await(t, 7, "")
	c.Hangup(t)
	back.AwaitRequest(t, "BYE")
	if got := p.slotStates(7); !slices.Equal(got, []ParkState{ParkWaiting, ParkRingBack, ParkLeft}) {
		t.Errorf("slot's states %v", got)
	}
	p.quiet()
}

// Somebody else takes the call while the parker's phone rings.
func TestParkRetrievedWhileItRingsBack(t *testing.T) {
	p, s := parkingPBX(t, time.Millisecond)
	ann, bob := p.phone("ann"), p.phone("bob")
	a, c := talk(t, ann, "1003", p.phone("cid"))
	parkAt(t, a, "*687", "200 OK")
	a.Hangup(t)
	back := ringing(t, ann)
	back.Reply(180)
	s.await(t, 7, ParkRingBack)
	b := bob.Dial(t, "*687")
	b.Await(t, 200)
	back.AwaitRequest(t, "CANCEL")
	both(t, b, c)
	c.Hangup(t)
	p.quiet()
}

// The parker does not take the call back: it goes where the account says.
func TestParkFallback(t *testing.T) {
	for _, parker := range []string{"busy", "unregistered", "does not want to be disturbed", "gone"} {
		t.Run(parker, func(t *testing.T) {
			minute := time.Millisecond
			if parker == "gone" {
				minute = time.Hour
			}
			p, s := parkingPBX(t, minute)
			bob, ann := p.phone("bob"), p.phone("ann")
			p.editAccount(t, func(a *record.Account) {
				a.ParkFallback = &record.Target{Type: record.TargetUser, ID: p.users["bob"].ID}
			})
			a, c := talk(t, ann, "1003", p.phone("cid"))
			switch parker {
			case "unregistered":
				p.unbind("ann")
			case "does not want to be disturbed":
				p.change(t, "ann", func(u *record.User) { u.DoNotDisturb = true })
			}
			parkAt(t, a, "*687", "200 OK")
			a.Hangup(t)
			if parker == "busy" {
				ringing(t, ann).Reply(486)
			}
			if parker == "gone" {
				p.unassign(t, "ann")
				p.call(p.Active(p.account)[0].ID).post(func(c *Call) { c.parkTimedOut(c.parking) })
			}
			b := ringing(t, bob)
			if from := cutTag(b.Invite().Get("From")); from != `"Park 7: Cid" <sip:1003@pbx.example>` {
				t.Errorf("the fallback is shown %q", from)
			}
			c.Hears(t, musicHertz)
			b.Answer(t)
			both(t, b, c)
			s.await(t, 7, "")
			b.Hangup(t)
			c.AwaitRequest(t, "BYE")
			p.quiet()
		})
	}
}

// Nobody wants the call: it waits again, and rings back again.
func TestParkAgain(t *testing.T) {
	p, s := parkingPBX(t, 20*time.Millisecond)
	ann := p.phone("ann")
	a, c := talk(t, ann, "1003", p.phone("cid"))
	parkAt(t, a, "*687", "200 OK")
	a.Hangup(t)
	for range 3 {
		ringing(t, ann).Reply(486)
	}
	c.Hears(t, musicHertz)
	back := ringing(t, ann)
	back.Reply(180)
	s.await(t, 7, ParkRingBack)
	c.Hangup(t)
	back.AwaitRequest(t, "CANCEL")
	s.await(t, 7, "")
	p.quiet()
}

// Who waits may change his media, and still hears music; what was parked and retrieved
// can be held and parked again.
func TestParkedReinvites(t *testing.T) {
	p, s := parkingPBX(t, time.Hour)
	bob := p.phone("bob")
	a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	parkAt(t, a, "*687", "200 OK")
	a.Hangup(t)
	c.Hears(t, musicHertz)
	c.Reinvite(t, "inactive")
	quiet := c.Packets()
	c.Reinvite(t, "sendrecv")
	eventually(t, "music to go on", func() bool { return c.Packets() > quiet+20 })
	c.Hears(t, musicHertz)
	b := bob.Dial(t, "*687")
	b.Await(t, 200)
	both(t, b, c)
	b.Reinvite(t, "sendonly")
	c.Hears(t, musicHertz)
	b.Reinvite(t, "sendrecv")
	both(t, b, c)
	parkAt(t, b, "*688", "200 OK")
	b.Hangup(t)
	s.await(t, 8, ParkWaiting)
	c.Quiet()
	c.Hears(t, musicHertz)
	b = bob.Dial(t, "*688")
	b.Await(t, 200)
	both(t, b, c)
	c.Hangup(t)
	b.AwaitRequest(t, "BYE")
	p.quiet()
}

// A caller from outside is parked, and his phone is told nothing of slots.
func TestParkOutsider(t *testing.T) {
	p, s := parkingPBX(t, time.Millisecond)
	carrier, bob := p.carrier(), p.phone("bob")
	out := carrier.Dial(t, "+13125550100", `P-Asserted-Identity: "Zed" <sip:+13125550177@carrier.example>`)
	b := ringing(t, bob)
	b.Answer(t)
	out.Await(t, 200)
	parkAt(t, b, "*687", "200 OK")
	b.Hangup(t)
	back := ringing(t, bob)
	if from := cutTag(back.Invite().Get("From")); from != `"Park 7: Zed" <sip:+13125550177@pbx.example>` {
		t.Errorf("the parker is shown %q", from)
	}
	back.Answer(t)
	both(t, back, out)
	out.Hangup(t)
	back.AwaitRequest(t, "BYE")
	s.await(t, 7, "")
	for _, m := range out.Messages.All() {
		if strings.Contains(m.Get("P-Asserted-Identity"), "*68") {
			t.Errorf("the outside was told of the slot:\n%s", m)
		}
	}
	p.quiet()
}

// A phone that takes the place of who waits waits itself.
func TestWaitsInstead(t *testing.T) {
	p, s := parkingPBX(t, time.Hour)
	ann, bob, cid := p.phone("ann"), p.phone("bob"), p.phone("cid")
	a, c := talk(t, ann, "1003", cid)
	c2, b := talk(t, cid, "1002", bob)
	parkAt(t, a, "*687", "200 OK")
	a.Hangup(t)
	s.await(t, 7, ParkWaiting)
	if status := c2.ReferTo(t, c); status != 202 {
		t.Fatalf("REFER answered %d", status)
	}
	if got := c2.AwaitTransfer(t); got != "200 OK" {
		t.Errorf("told %q", got)
	}
	b.Hears(t, musicHertz)
	if w, _ := s.Waiting(p.account, 7, 7); w.Number != "1002" {
		t.Errorf("in the slot: %+v", w)
	}
	c2.Hangup(t)
	a = ann.Dial(t, "*687")
	a.Await(t, 200)
	both(t, a, b)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	p.quiet()
}

// unbind has a phone no longer registered.
func (r *records) unbind(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.bindings, name+"@"+office)
}

// unassign takes a user's phone away.
func (r *records) unassign(t testing.TB, name string) {
	t.Helper()
	err := r.store.Update(t.Context(), func(tx *store.Tx) error {
		var device record.ID
		r.store.View(func(v *store.View) { device = v.LinesOf(r.users[name].ID)[0].Device.ID })
		return tx.Delete(device, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
}
