package call

import (
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/route"
	"dialtone/sip/trunk"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

// plan notes what it is told.
type plan struct {
	fault  bool
	window route.Window

	mu   sync.Mutex
	told []string
}

func (p *plan) note(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, s)
}

func (p *plan) Began(_ string, d *route.Decision, aor string) {
	p.note("began " + d.Emergency.Number + " " + aor)
	if p.fault {
		panic("a fault in the plan")
	}
}

func (p *plan) Location(_ string, _ *route.Way, _ *record.ProviderAccount, refused bool) ([]dialog.Header, []dialog.Part) {
	if refused {
		p.note("plain")
		return nil, nil
	}
	p.note("located")
	return []dialog.Header{{Name: "Geolocation", Value: "<cid:place@pbx.example>"}},
		[]dialog.Part{{ContentType: "application/pidf+xml", ContentID: "place@pbx.example", Data: []byte("<presence/>")}}
}
func (p *plan) Sent(string)                              { p.note("sent") }
func (p *plan) Failed(_ string, _ record.ID, status int) { p.note("failed " + itoa(status)) }
func (p *plan) Answered(string, record.ID)               { p.note("answered") }
func (p *plan) NotConnected(string)                      { p.note("not connected") }
func (p *plan) Ended(_ string, r *record.CallRecord)     { p.note("ended " + r.Result) }
func (p *plan) CalledBack(_ string, d *route.Decision)   { p.note("called back " + d.Window.Event) }
func (p *plan) open(w route.Window) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.window = w
}

func (p *plan) Window(_ record.ID, number string) (route.Window, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.window, p.window.Number == number
}

func (p *plan) was(t *testing.T, want ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if diff := cmp.Diff(want, p.told); diff != "" {
		t.Errorf("the plan was told: %s", diff)
	}
}

func withPlan(p *plan) func(*Config) { return func(c *Config) { c.Emergency = p } }

func TestEmergencyPassesEverything(t *testing.T) {
	plan := &plan{fault: true}
	p := newPBX(t, withPlan(plan), func(c *Config) { c.Media = nil }) // no media of ours, and a fault
	p.noCalls()
	p.draining.Store(true)
	p.fillTrunk()
	ann := p.phone("ann")
	refusing, good := p.carrier(), p.carrier()
	a := ann.Dial(t, "911")
	first := ringing(t, refusing)
	if first.Invite().Get("Geolocation") == "" || first.Invite().Get("Priority") != "emergency" {
		t.Errorf("no location:\n%v", first.Invite())
	}
	if !strings.Contains(first.Invite().Get("Content-Type"), "multipart/mixed") || !strings.Contains(first.Invite().Body, "<presence/>") {
		t.Errorf("body %q", first.Invite().Body)
	}
	first.Reply(424) // again without location
	second := ringing(t, refusing)
	if second.Invite().Get("Geolocation") != "" || strings.Contains(second.Invite().Body, "<presence/>") {
		t.Error("location that was refused is sent again")
	}
	second.Reply(603) // nobody's no counts
	c := ringing(t, good)
	c.Answer(t)
	a.Aim(a.Await(t, 200).Body)
	a.Tone(440)
	c.Hears(t, 440) // from phone to carrier, past us
	a.Hangup(t)
	c.AwaitRequest(t, "BYE")
	if r := p.record(t, 0); r.Direction != record.CallEmergency || r.Result != record.CallAnswered {
		t.Errorf("record %+v", r)
	}
	p.quiet()
	plan.was(t, "began 911 ann@"+office, "located", "sent", "failed 424", "plain", "sent", "failed 603", "located", "sent", "answered", "ended answered")
}

func TestEmergencyWithoutTrunk(t *testing.T) {
	plan := &plan{}
	p := newPBX(t, withPlan(plan))
	a := p.phone("ann").Dial(t, "911")
	if m := a.Final(t); m.Start != "SIP/2.0 503 No trunk could take the emergency call" {
		t.Errorf("answered %q", m.Start)
	}
	p.record(t, 0)
	p.quiet()
	plan.was(t, "began 911 ann@"+office, "failed 0", "ended failed") // it has no address
}

// TestEmergencySilence: there is one trunk and nothing comes back from it. The INVITE is sent
// again and again, longer than a trunk has that is not the last.
func TestEmergencySilence(t *testing.T) {
	p := newPBX(t, withPlan(&plan{}))
	line, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	p.mu().Lock()
	at := line.LocalAddr().(*net.UDPAddr).AddrPort()
	p.places = append(p.places, trunk.Destination{Transport: "udp", Address: at, Host: at.String()})
	p.mu().Unlock()
	a := p.phone("ann").Dial(t, "911")
	if err := line.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 65536)
	for sent := 0; sent < 5; sent++ { // the fifth leaves after 7.5 s
		n, _, err := line.ReadFrom(buf)
		if err != nil {
			t.Fatalf("INVITE %d: %v", sent+1, err)
		}
		if !strings.HasPrefix(string(buf[:n]), "INVITE sip:911@") {
			t.Fatalf("instead of INVITE %d: %.60q", sent+1, buf[:n])
		}
	}
	a.Cancel(t)
	p.record(t, 0)
	p.quiet()
}

// TestEmergencyOffer: PCMU comes first and nothing of fax or video, whatever the trunk
// prefers otherwise.
func TestEmergencyOffer(t *testing.T) {
	p := newPBX(t)
	carrier := p.carrier()
	a := p.phone("ann").Dial(t, "911")
	c := ringing(t, carrier)
	offer := c.Invite().Body
	if !strings.Contains(offer, "RTP/AVP 0 8 ") || strings.Contains(offer, "m=image") || strings.Contains(offer, "m=video") {
		t.Errorf("offer:\n%s", offer)
	}
	c.Answer(t)
	a.Await(t, 200)
	a.Hangup(t)
	p.quiet()
}

// TestEmergencyUnreadableAnswer: what we cannot read goes to the phone as it is, and the
// carrier is asked to send there.
func TestEmergencyUnreadableAnswer(t *testing.T) {
	for _, garbage := range []string{"v=0\r\nthis is no description\r\n", ""} {
		p := newPBX(t)
		carrier := p.carrier()
		a := p.phone("ann").Dial(t, "911")
		c := ringing(t, carrier)
		offered := make(chan string, 1)
		c.OnOffer(func(m peer.Message) (int, string) {
			offered <- m.Body
			return 200, garbage
		})
		c.ReplyWith(200, garbage)
		answer := a.Await(t, 200)
		c.AwaitRequest(t, "ACK")
		if garbage != "" {
			if answer.Body != garbage {
				t.Errorf("the phone got %q", answer.Body)
			}
			select {
			case offer := <-offered:
				if !strings.Contains(offer, "m=audio") {
					t.Errorf("the carrier was asked for %q", offer)
				}
			case <-time.After(patience):
				t.Error("the carrier was not told where the phone listens")
			}
		} else if !strings.Contains(answer.Body, "m=audio") {
			t.Errorf("the phone got %q", answer.Body)
		}
		a.Hangup(t)
		c.AwaitRequest(t, "BYE")
		p.quiet()
	}
}

// TestEmergencyFaultInRouting: the call is tried on the trunks there are.
func TestEmergencyFaultInRouting(t *testing.T) {
	plan := &plan{}
	p := newPBX(t, withPlan(plan))
	p.set(func(m *Manager) {
		m.route = func(route.Directory, route.Caller, string, time.Time) route.Decision { panic("a fault in routing") }
	})
	carrier := p.carrier()
	for _, dialled := range []string{"911", "9911", "933"} {
		a := p.phone("ann").Dial(t, dialled)
		c := ringing(t, carrier)
		if want := "sip:" + dialled[len(dialled)-3:] + "@"; !strings.Contains(c.Invite().Start, want) {
			t.Errorf("sent %q", c.Invite().Start)
		}
		c.Answer(t)
		a.Await(t, 200)
		a.Hangup(t)
		p.quiet()
	}
	if m := p.phone("cid").Dial(t, "1001").Final(t); m.Status() != 500 {
		t.Errorf("another call is answered %d", m.Status())
	}
	p.quiet()
}

// TestEmergencyInTo: some phones write the number that was dialled into To only.
func TestEmergencyInTo(t *testing.T) {
	p := newPBX(t)
	asked := 0
	p.set(func(m *Manager) {
		m.route = func(dir route.Directory, c route.Caller, dialled string, now time.Time) route.Decision {
			if asked++; asked == 1 {
				dialled = "outbound" // what such a phone has in its Request-URI
			}
			return route.Decide(dir, c, dialled, now)
		}
	})
	carrier := p.carrier()
	a := p.phone("ann").Dial(t, "911")
	ringing(t, carrier).Answer(t)
	a.Await(t, 200)
	a.Hangup(t)
	p.quiet()
}

func TestEmergencyWithNoTrunkAtAll(t *testing.T) {
	p := newPBX(t)
	edited(t, p.records.store, p.number, func(n *record.Number) { n.ProviderAccount = "" })
	err := p.records.store.Update(t.Context(), func(tx *store.Tx) error { return tx.Delete(p.trunk, 0) })
	if err != nil {
		t.Fatal(err)
	}
	if m := p.phone("ann").Dial(t, "911").Final(t); m.Status() != 503 {
		t.Errorf("answered %s", m.Start)
	}
	if r := p.record(t, 0); r.Result != record.CallFailed || r.Reason != record.ReasonNoTrunk {
		t.Errorf("%s, %s", r.Result, r.Reason)
	}
	p.quiet()
}

// TestEmergencyTransfer: somebody who is talked to may be connected to 911.
func TestEmergencyTransfer(t *testing.T) {
	plan := &plan{}
	p := newPBX(t, withPlan(plan))
	p.fillTrunk()
	carrier := p.carrier()
	a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Refer(t, "sip:911@"+office)
	refused := ringing(t, carrier)
	refused.Reply(503)
	if got := a.AwaitTransfer(t); !strings.HasPrefix(got, "503") {
		t.Errorf("transferor was told %q", got)
	}
	a.Refer(t, "sip:911@"+office)
	out := ringing(t, carrier)
	out.Answer(t)
	a.Hangup(t)
	out.Tone(700)
	c.Hears(t, 700)
	c.Hangup(t)
	out.AwaitRequest(t, "BYE")
	p.record(t, 0)
	p.quiet()
	ann := "began 911 ann@" + office
	plan.was(t, ann, "located", "sent", "failed 503", "not connected", ann, "located", "sent", "answered", "ended answered")
}

// TestEmergencyIsNotDisturbed: nobody is called away from a call for help, parks it or hands
// it on.
func TestEmergencyIsNotDisturbed(t *testing.T) {
	p := newPBX(t)
	carrier := p.carrier()
	a := p.phone("ann").Dial(t, "911")
	c := ringing(t, carrier)
	c.Answer(t)
	a.Await(t, 200)
	if m := p.phone("cid").Dial(t, "1001").Final(t); m.Status() != 486 {
		t.Errorf("a caller of the phone is answered %d", m.Status())
	}
	if status := a.Refer(t, "sip:1003@"+office); status != 403 {
		t.Errorf("a transfer of the call is answered %d", status)
	}
	a.Hangup(t)
	c.AwaitRequest(t, "BYE")
	p.quiet()
}

// TestCallback: a call to the callback number rings the phone that called, past do not
// disturb and forwarding, beyond every limit.
func TestCallback(t *testing.T) {
	plan := &plan{}
	p := newPBX(t, withPlan(plan))
	plan.open(route.Window{Event: "emer_1", Number: "+13125550100", AOR: "ann@" + office, User: p.users["ann"].ID})
	p.change(t, "ann", func(u *record.User) {
		u.DoNotDisturb = true
		u.Forwarding.Always = &record.ForwardRule{Enabled: true, Destination: "1003"}
	})
	p.noCalls()
	p.draining.Store(true)
	ann, bob := p.phone("ann"), p.phone("bob") // whose number it is otherwise
	carrier := p.carrier()
	p.fillTrunk()
	in := carrier.Dial(t, "3125550100")
	a := ringing(t, ann)
	a.Answer(t)
	in.Await(t, 200)
	in.Hangup(t)
	a.AwaitRequest(t, "BYE")
	p.quiet()
	plan.was(t, "called back emer_1")
	if len(bob.Calls.All()) != 0 {
		t.Error("somebody else was rung")
	}
}

// broken is media of ours in which everything is a fault.
type broken struct{ sounds }

func (broken) open(media.Options) (stream, error) { panic("a fault in media") }

// TestEmergencyFaults: a fault of ours, in the very first event already, is no reason not to
// call for help; another call ends with it.
func TestEmergencyFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault func(m *Manager)
	}{
		{"in media", func(m *Manager) { m.sounds = broken{m.sounds} }},
		{"in who is told", func(m *Manager) {
			told := m.config.Notify
			m.config.Notify = func(e Event) {
				if e.Kind == EventStarted {
					panic("a fault in who is told")
				}
				if told != nil {
					told(e)
				}
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPBX(t)
			p.set(tt.fault)
			carrier := p.carrier()
			a := p.phone("ann").Dial(t, "911")
			c := ringing(t, carrier)
			c.Answer(t)
			a.Await(t, 200)
			a.Hangup(t)
			c.AwaitRequest(t, "BYE")
			p.quiet()
			if m := p.phone("cid").Dial(t, "1001").Final(t); m.Status() != 500 {
				t.Errorf("another call is answered %d", m.Status())
			}
			p.quiet()
		})
	}
}

// TestEmergencyOfManyEvents: more events than a call can take lose another call, not one for
// help.
func TestEmergencyOfManyEvents(t *testing.T) {
	p := newPBX(t)
	carrier := p.carrier()
	a := p.phone("ann").Dial(t, "911")
	c := ringing(t, carrier)
	c.Answer(t)
	a.Await(t, 200)
	p.Manager.mu.Lock()
	one := p.calls[p.infos()[0].ID]
	p.Manager.mu.Unlock()
	one.box.mu.Lock()
	for range maxMail + 1 {
		one.box.add(message{do: func(*Call) {}})
	}
	one.box.mu.Unlock()
	handled := make(chan struct{})
	for deadline := time.Now().Add(patience); !one.box.put(message{do: func(*Call) { close(handled) }}); {
		if time.Now().After(deadline) {
			t.Fatal("the call takes nothing any more")
		}
		runtime.Gosched()
	}
	<-handled
	if len(p.Active(p.account)) != 1 {
		t.Error("the call for help has ended")
	}
	a.Hangup(t)
	c.AwaitRequest(t, "BYE")
	p.quiet()
}
