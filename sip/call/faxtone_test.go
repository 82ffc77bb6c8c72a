package call

import (
	"strings"
	"testing"

	"dialtone/fax"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

// The tones of fax machines, in Hz.
const (
	callingHertz   = 1100
	answeringHertz = 2100
)

// faxDevice marks the device of a user as a fax machine's.
func (h *faxHouse) faxDevice(name string) {
	h.t.Helper()
	var id record.ID
	h.records.store.View(func(v *store.View) { id = v.LinesOf(h.users[name].ID)[0].Device.ID })
	edited(h.t.(*testing.T), h.records.store, id, func(d *record.Device) { d.Fax = true })
}

// faxLine marks the house's number as one for faxes, too, which bob answers.
func (h *faxHouse) faxLine() {
	h.t.Helper()
	edited(h.t.(*testing.T), h.records.store, h.number, func(n *record.Number) { n.FaxEnabled = true })
}

// TestFaxHeard: a fax in speech counts where faxes are to be expected, by whoever's tone it
// is known, and once.
func TestFaxHeard(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(*faxOffice)
		in      bool // the call comes in
		tones   [2]float64
		used    fax.Direction
	}{
		"device that calls":  {func(o *faxOffice) { o.faxDevice("ann") }, false, [2]float64{callingHertz, answeringHertz}, fax.Outbound},
		"machine it calls":   {func(o *faxOffice) { o.faxDevice("ann") }, false, [2]float64{440, answeringHertz}, fax.Outbound},
		"number called":      {func(o *faxOffice) { o.faxLine() }, true, [2]float64{callingHertz, answeringHertz}, fax.Inbound},
		"number shown":       {func(o *faxOffice) { o.faxLine() }, false, [2]float64{callingHertz, 440}, fax.Outbound},
		"nobody expects one": {func(*faxOffice) {}, false, [2]float64{callingHertz, answeringHertz}, ""},
		"people":             {func(o *faxOffice) { o.faxDevice("ann") }, false, [2]float64{440, 480}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newFaxOffice(t, 5)
			tt.prepare(o)
			var a, b *peer.PhoneCall
			if tt.in {
				bob := o.phone("bob")
				a = o.carrier.Dial(t, "+13125550100")
				b = ringing(t, bob)
				b.Answer(t)
				a.Await(t, 200)
			} else {
				a, b = o.talk(t)
			}
			a.Tone(tt.tones[0])
			b.Tone(tt.tones[1])
			b.Hears(t, tt.tones[0])
			a.Hears(t, tt.tones[1])
			if tt.used != "" {
				eventually(t, "fax", func() bool { return o.used(tt.used) == 1 })
			}
			if n, want := o.used(fax.Inbound)+o.used(fax.Outbound), min(len(tt.used), 1); n != want {
				t.Errorf("%d faxes count, want %d", n, want)
			}
			if tt.used == fax.Outbound { // T.38 is the same fax
				o.faxes(t, a, b)
				if n := o.used(fax.Outbound); n != 1 {
					t.Errorf("%d faxes count", n)
				}
			}
			o.over(t, a, b)
		})
	}
}

// TestFaxHeardOverLimit: a fax over the limit is a call that does not come to T.38.
func TestFaxHeardOverLimit(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, 0)
	o.faxDevice("ann")
	a, b := o.talk(t)
	b.Tone(answeringHertz)
	a.Hears(t, answeringHertz)
	before := offers(b)
	if m := a.Offer(t, o.a.Description(o.a.Section(t38...))); m.Status() != 488 || offers(b) != before {
		t.Errorf("T.38 answered %s", m)
	}
	both(t, a, b)
	if n := o.used(fax.Outbound); n != 0 {
		t.Errorf("%d faxes count", n)
	}
	o.over(t, a, b)
}

// TestFaxUnspoilt: to a fax nothing of ours is played, and it is not transcoded: the phone
// is asked for the carrier's codec.
func TestFaxUnspoilt(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, 5, func(c *Config) { c.Waiting = newMusicians() })
	o.faxDevice("ann")
	a := o.ann.Dial(t, "3125550199")
	b := ringing(t, o.carrier)
	lines := strings.Replace(b.OwnDescription(), "RTP/AVP 0 101", "RTP/AVP 8 101", 1)
	b.ReplyWith(200, strings.Replace(lines, "a=rtpmap:0 PCMU", "a=rtpmap:8 PCMA", 1))
	a.Await(t, 200)
	asked := make(chan string, 1)
	a.OnOffer(func(m peer.Message) (int, string) {
		asked <- m.Body
		return 488, "" // it cannot
	})
	a.Tone(callingHertz)
	eventually(t, "fax", func() bool { return o.used(fax.Outbound) == 1 })
	if body := <-asked; !strings.Contains(body, "RTP/AVP 8 101\r\n") {
		t.Errorf("the phone was offered\n%s", body)
	}
	a.OnOffer(nil)
	before := offers(b)
	a.Reinvite(t, "sendonly")
	eventually(t, "hold shown to the other side", func() bool { return offers(b) > before })
	o.over(t, a, b)
}

// TestFaxEmergency: whoever calls for help is not listened to, and no limit keeps him from
// anything.
func TestFaxEmergency(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, 0)
	o.faxDevice("ann")
	a := o.ann.Dial(t, "911")
	b := ringing(t, o.carrier)
	b.Answer(t)
	a.Await(t, 200)
	a.Tone(callingHertz)
	b.Tone(answeringHertz)
	b.Hears(t, callingHertz)
	a.Hears(t, answeringHertz)
	o.faxes(t, a, b)
	if n := o.used(fax.Inbound) + o.used(fax.Outbound); n != 0 {
		t.Errorf("%d faxes count", n)
	}
	o.over(t, a, b)
}
