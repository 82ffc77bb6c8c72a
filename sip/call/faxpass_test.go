package call

import (
	"strings"
	"sync/atomic"
	"testing"

	"dialtone/fax"
	"dialtone/store/record"
	"dialtone/test/peer"
)

// faxOffice is a house with a phone of ann's and the carrier, and what they fax with.
type faxOffice struct {
	*faxHouse
	ann, carrier *peer.Handset
	a, b         *peer.UDPTL
}

func newFaxOffice(t *testing.T, limit int, change ...func(*Config)) *faxOffice {
	t.Helper()
	h := newFaxHouse(t, change...)
	h.limit = &limit
	return &faxOffice{faxHouse: h, ann: h.phone("ann"), carrier: h.carrier(), a: peer.OpenUDPTL(t), b: peer.OpenUDPTL(t)}
}

// talk has ann talk to somebody outside.
func (o *faxOffice) talk(t *testing.T) (a, b *peer.PhoneCall) {
	t.Helper()
	a = o.ann.Dial(t, "3125550199")
	b = ringing(t, o.carrier)
	b.Answer(t)
	a.Await(t, 200)
	return a, b
}

// takes lets a party accept T.38 by a socket, and anything else as ever.
func takes(c *peer.PhoneCall, u *peer.UDPTL) {
	c.OnOffer(func(m peer.Message) (int, string) {
		if !u.Aim(m.Body) {
			return 488, ""
		}
		return 200, u.Description(u.Section("T38FaxVersion:0", "T38MaxBitRate:9600", "T38FaxMaxDatagram:200"))
	})
}

// over ends a call and expects nothing to be left of it.
func (o *faxOffice) over(t *testing.T, a, b *peer.PhoneCall) {
	t.Helper()
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	o.record(t, 0)
	o.quiet()
}

var t38 = []string{"T38FaxVersion:3", "T38MaxBitRate:14400", "T38FaxRateManagement:transferredTCF", "T38FaxUdpEC:t38UDPRedundancy"}

// faxes switches a call to T.38, asked for by a.
func (o *faxOffice) faxes(t *testing.T, a, b *peer.PhoneCall) {
	t.Helper()
	takes(b, o.b)
	m := a.Offer(t, o.a.Description(o.a.Section(t38...)))
	if m.Status() != 200 || !o.a.Aim(m.Body) || !strings.Contains(m.Body, "a=T38MaxBitRate:9600\r\n") {
		t.Fatalf("T.38 answered %s\n%s", m, m.Body)
	}
	peer.Fax(t, o.a, o.b)
}

// TestFaxPassesOver: a call becomes a fax, which counts once, whoever asks for it.
func TestFaxPassesOver(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"phone", "carrier"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newFaxOffice(t, 1)
			a, b := o.talk(t)
			if name == "phone" {
				o.faxes(t, a, b)
			} else {
				o.faxes(t, b, a)
			}
			if n := o.used(fax.Outbound); n != 1 {
				t.Errorf("%d faxes count", n)
			}
			o.over(t, a, b)
			for _, l := range o.record(t, 0).Legs {
				if l.Codec != "t38" || l.PacketsReceived == 0 {
					t.Errorf("the record has %+v", l)
				}
			}
		})
	}
}

// TestFaxRefresh: a session refresh in the middle of a fax is answered with the same
// description; the fax goes on and the other side is not troubled.
func TestFaxRefresh(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"re-INVITE", "UPDATE", "UPDATE without description", "re-INVITE without description"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newFaxOffice(t, 1)
			a, b := o.talk(t)
			o.faxes(t, a, b)
			asked := offers(b)
			method, body, _ := strings.Cut(name, " ")
			if body == "" {
				body = o.a.Again()
			} else {
				body = ""
			}
			var m peer.Message
			switch {
			case method == "UPDATE":
				m = a.Request(t, "UPDATE", body)
			case body == "":
				a.LateWith(o.a.Again())
				m = a.Offer(t, "")
			default:
				m = a.Offer(t, body)
			}
			if m.Status() != 200 || (m.Body == "") != (name == "UPDATE without description") || m.Body != "" && !o.a.Aim(m.Body) ||
				strings.Contains(m.Body, "m=audio") {
				t.Errorf("refresh answered %s\n%s", m, m.Body)
			}
			peer.Fax(t, o.a, o.b)
			if n := offers(b) - asked; n != 0 {
				t.Errorf("the other side was asked %d times", n)
			}
			if n := o.used(fax.Outbound); n != 1 {
				t.Errorf("%d faxes count", n)
			}
			o.over(t, a, b)
		})
	}
}

// TestFaxRefused: the other side, or the trunk's setting, refuses T.38: both talk on as
// before.
func TestFaxRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		limit, asked int
		trunk        bool // takes T.38
		by           string
	}{
		"by the carrier":   {1, 1, true, "phone"},
		"by the phone":     {1, 1, true, "carrier"},
		"by the limit":     {0, 0, true, "phone"},
		"by the limit too": {0, 0, true, "carrier"},
		"by the trunk":     {1, 0, false, "phone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newFaxOffice(t, tt.limit)
			edited(t, o.records.store, o.trunk, func(p *record.ProviderAccount) { p.Trunk.T38 = tt.trunk })
			a, b := o.talk(t)
			both(t, a, b)
			asks, asked := a, b
			if tt.by == "carrier" {
				asks, asked = b, a
			}
			before := offers(asked)
			asked.OnOffer(func(peer.Message) (int, string) { return 488, "" })
			if m := asks.Offer(t, o.a.Description(o.a.Section(t38...))); m.Status() != 488 {
				t.Errorf("answered %s", m)
			}
			if n := offers(asked) - before; n != tt.asked {
				t.Errorf("the other side was asked %d times, want %d", n, tt.asked)
			}
			both(t, a, b)
			asked.OnOffer(nil)
			if m := asks.Reinvite(t, "sendrecv"); m.Status() != 200 || !strings.Contains(m.Body, "m=audio") {
				t.Errorf("speech offered again: %s\n%s", m, m.Body)
			}
			both(t, a, b)
			o.over(t, a, b)
		})
	}
}

// TestFaxGlare: while one party's wish for T.38 is looked at, the other's is told to
// wait.
func TestFaxGlare(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, 1)
	o.hold = make(chan struct{})
	a, b := o.talk(t)
	takes(b, o.b)
	first := make(chan peer.Message)
	go func() { first <- a.Offer(t, o.a.Description(o.a.Section(t38...))) }()
	eventually(t, "admission", func() bool { return o.used(fax.Outbound) == 1 })
	if m := b.Offer(t, o.b.Description(o.b.Section(t38...))); m.Status() != 491 {
		t.Errorf("the second was answered %s", m)
	}
	close(o.hold)
	m := <-first
	if m.Status() != 200 || !o.a.Aim(m.Body) {
		t.Fatalf("the first was answered %s", m)
	}
	peer.Fax(t, o.a, o.b)
	o.over(t, a, b)
}

// TestFaxBackToSpeech: after the fax both talk again.
func TestFaxBackToSpeech(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, 1)
	a, b := o.talk(t)
	o.faxes(t, a, b)
	b.OnOffer(nil)
	if m := a.Reinvite(t, "sendrecv"); m.Status() != 200 {
		t.Errorf("speech answered %s", m)
	}
	both(t, a, b)
	o.over(t, a, b)
}

// TestFaxFirst: a call that offers T.38 alone is a fax from its beginning: it counts, and
// the other side is offered the same.
func TestFaxFirst(t *testing.T) {
	t.Parallel()
	t.Run("out", func(t *testing.T) {
		t.Parallel()
		o := newFaxOffice(t, 1)
		a := o.ann.DialWith(t, "3125550199", o.a.Description(o.a.Section(t38...)))
		o.answerFax(t, a, ringing(t, o.carrier), o.a, o.b)
		if n := o.used(fax.Outbound); n != 1 {
			t.Errorf("%d faxes count", n)
		}
		if m := o.ann.DialWith(t, "3125550199", o.a.Description(o.a.Section(t38...))).Final(t); m.Status() != 486 || m.Get("Retry-After") == "" {
			t.Errorf("over the limit: %s", m)
		}
		o.record(t, 1)
		o.quiet()
	})
	t.Run("in", func(t *testing.T) {
		t.Parallel()
		o := newFaxOffice(t, 1)
		bob := o.phone("bob")
		a := o.carrier.DialWith(t, "+13125550100", o.a.Description(o.a.Section(t38...)))
		o.answerFax(t, a, ringing(t, bob), o.a, o.b)
		if n := o.used(fax.Inbound); n != 1 {
			t.Errorf("%d faxes count", n)
		}
	})
	t.Run("inside", func(t *testing.T) {
		t.Parallel()
		o := newFaxOffice(t, 0)
		cid := o.phone("cid")
		a := o.ann.DialWith(t, "1003", o.a.Description(o.a.Section(t38...)))
		o.answerFax(t, a, ringing(t, cid), o.a, o.b)
	})
}

// answerFax answers a call for a fax alone and sends datagrams both ways.
func (o *faxOffice) answerFax(t *testing.T, a, b *peer.PhoneCall, atA, atB *peer.UDPTL) {
	t.Helper()
	if body := b.Invite().Body; strings.Contains(body, "m=audio") || !atB.Aim(body) || !strings.Contains(body, "a=T38MaxBitRate:14400\r\n") {
		t.Fatalf("the other side was offered\n%s", body)
	}
	b.ReplyWith(200, atB.Description(atB.Section("T38FaxVersion:0", "T38MaxBitRate:9600")))
	m := a.Await(t, 200)
	if !atA.Aim(m.Body) || strings.Contains(m.Body, "m=audio") || !strings.Contains(m.Body, "a=T38MaxBitRate:9600\r\n") {
		t.Fatalf("answered\n%s", m.Body)
	}
	b.AwaitRequest(t, "ACK")
	peer.Fax(t, atA, atB)
	o.over(t, a, b)
}

// TestFaxFirstUnanswered: a fax that never got through does not count, one that met a busy
// machine does.
func TestFaxFirstUnanswered(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status, want, used int
	}{
		"busy":      {486, 486, 1},
		"failed":    {500, 500, 0},
		"no T.38":   {488, 488, 0},
		"cancelled": {0, 487, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newFaxOffice(t, 5)
			a := o.ann.DialWith(t, "3125550199", o.a.Description(o.a.Section(t38...)))
			b := ringing(t, o.carrier)
			if tt.status == 0 {
				a.Cancel(t)
			} else {
				b.Reply(tt.status)
			}
			if m := a.Final(t); m.Status() != tt.want {
				t.Errorf("answered %s, want %d", m, tt.want)
			}
			o.record(t, 0)
			o.quiet()
			if n := o.used(fax.Outbound); n != tt.used {
				t.Errorf("%d faxes count, want %d", n, tt.used)
			}
		})
	}
}

// TestFaxBesideSpeech: who offers both is called with speech, and T.38 comes when there is
// a fax.
func TestFaxBesideSpeech(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, 1)
	a := o.ann.DialWith(t, "3125550199", o.a.Description("m=audio 40000 RTP/AVP 0\r\n", o.a.Section(t38...)))
	b := ringing(t, o.carrier)
	if body := b.Invite().Body; strings.Contains(body, "m=image") {
		t.Errorf("the other side was offered\n%s", body)
	}
	b.Answer(t)
	m := a.Await(t, 200)
	if !strings.Contains(m.Body, "m=image 0 udptl t38") || strings.Contains(m.Body, "m=audio 0") {
		t.Errorf("answered\n%s", m.Body)
	}
	if n := o.used(fax.Outbound); n != 0 {
		t.Errorf("%d faxes count", n)
	}
	takes(b, o.b)
	m = a.Offer(t, o.a.Description("m=audio 0 RTP/AVP 0\r\n", o.a.Section(t38...)))
	if m.Status() != 200 || !o.a.Aim(m.Body) || !strings.Contains(m.Body, "m=audio 0") {
		t.Fatalf("T.38 answered %s\n%s", m, m.Body)
	}
	peer.Fax(t, o.a, o.b)
	if n := o.used(fax.Outbound); n != 1 {
		t.Errorf("%d faxes count", n)
	}
	o.over(t, a, b)
}

// TestFaxBeforeACK: the side that was called wants T.38 before the caller's ACK is here: the
// caller is asked when it is.
func TestFaxBeforeACK(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, 1)
	var late atomic.Bool
	late.Store(true)
	o.ann.Distort(func(text string) string {
		if late.Load() && strings.HasPrefix(text, "ACK ") {
			return ""
		}
		return text
	})
	a := o.ann.Dial(t, "3125550199")
	b := ringing(t, o.carrier)
	b.Answer(t)
	a.Await(t, 200)
	takes(a, o.a)
	answer := make(chan peer.Message)
	go func() { answer <- b.Offer(t, o.b.Description(o.b.Section(t38...))) }()
	eventually(t, "admission", func() bool { return o.used(fax.Outbound) == 1 })
	late.Store(false)
	if m := <-answer; m.Status() != 200 || !o.b.Aim(m.Body) {
		t.Fatalf("T.38 answered %s", m)
	}
	peer.Fax(t, o.a, o.b)
	o.over(t, a, b)
}
