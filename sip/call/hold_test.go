package call

import (
	"strings"
	"testing"

	"dialtone/store/record"
	"dialtone/test/peer"
)

// talk connects two phones.
func talk(t *testing.T, from *peer.Handset, number string, to *peer.Handset) (a, b *peer.PhoneCall) {
	t.Helper()
	a = from.Dial(t, number)
	b = ringing(t, to)
	b.Answer(t)
	a.Await(t, 200)
	return a, b
}

func TestHoldAndResume(t *testing.T) {
	for _, dialect := range []string{"sendonly", "inactive"} {
		t.Run(dialect, func(t *testing.T) {
			p := newPBX(t)
			a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
			a.Tone(440)
			b.Hears(t, 440)
			if m := a.Reinvite(t, dialect); m.Status() != 200 || strings.Contains(m.Body, "a=sendrecv") {
				t.Errorf("hold answered %s\n%s", m.Start, m.Body)
			}
			if m := b.AwaitRequest(t, "INVITE"); !strings.Contains(m.Body, "a=sendonly") {
				t.Errorf("other phone was offered\n%s", m.Body)
			}
			eventually(t, "held", func() bool { return len(p.Active(p.account)) == 1 && p.Active(p.account)[0].Held })
			if m := a.Reinvite(t, "sendrecv"); m.Status() != 200 {
				t.Errorf("resume answered %s", m.Start)
			}
			if m := b.AwaitRequest(t, "INVITE"); !strings.Contains(m.Body, "a=sendrecv") {
				t.Errorf("other phone was offered\n%s", m.Body)
			}
			b.Tone(900)
			a.Hears(t, 900)
			b.Hangup(t)
			a.AwaitRequest(t, "BYE")
			p.record(t, 0)
			p.quiet()
		})
	}
}

func TestDigits(t *testing.T) {
	p := newPBX(t)
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Tone(440)
	b.Hears(t, 440)
	a.Quiet()
	a.Digit('5')
	b.HearsDigits(t, "5")
	m := b.RequestAs(t, "INFO", "application/dtmf-relay", "Signal=7\r\nDuration=160\r\n")
	if m.Status() != 200 {
		t.Errorf("INFO answered %s", m.Start)
	}
	a.HearsDigits(t, "7")
	a.Hangup(t)
	r := p.record(t, 0)
	if r.Legs[0].DTMF == r.Legs[1].DTMF {
		t.Errorf("digits came by %q and %q", r.Legs[0].DTMF, r.Legs[1].DTMF)
	}
	p.quiet()
}

func TestHangupByAdministrator(t *testing.T) {
	p := newPBX(t)
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	var calls []Info
	eventually(t, "answered call", func() bool {
		calls = p.Active(p.account)
		return len(calls) == 1 && calls[0].State == "answered" && calls[0].From == "1001"
	})
	if err := p.Hangup("acct_other", calls[0].ID); err == nil {
		t.Error("another account hung up")
	}
	if err := p.Hangup(p.account, calls[0].ID); err != nil {
		t.Error(err)
	}
	a.AwaitRequest(t, "BYE")
	b.AwaitRequest(t, "BYE")
	if r := p.record(t, 0); r.Reason != record.ReasonAdminHangup || r.Result != record.CallAnswered || r.HungUpBy != record.HungUpBySystem {
		t.Errorf("record %+v", r)
	}
	p.quiet()
}

func TestBusyWithoutCallWaiting(t *testing.T) {
	p := newPBX(t)
	p.change(t, "cid", func(u *record.User) { u.CallWaiting = false })
	a, _ := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	second := p.phone("bob").Dial(t, "1003")
	second.Await(t, 486)
	a.Hangup(t)
	p.record(t, 1)
	p.quiet()
}
