package call

import (
	"slices"
	"strings"
	"testing"

	"dialtone/store/record"
)

func TestForkFirstAnswerWins(t *testing.T) {
	p := newPBX(t)
	ann, bob, bob2 := p.phone("ann"), p.phone("bob"), p.phone("bob2")
	p.bind("bob", dead, "sip:bob@127.0.0.1:1") // a dead binding fails alone
	a := ann.Dial(t, "1002")
	b, b2 := ringing(t, bob), ringing(t, bob2)
	b.Reply(180)
	b2.Reply(183) // early media of one of several is not passed on
	a.Await(t, 180)
	b2.Answer(t)
	if m := a.Await(t, 200); !strings.Contains(m.Get("P-Asserted-Identity"), `"Bob" <sip:1002@`) {
		t.Errorf("connected line %q", m.Get("P-Asserted-Identity"))
	}
	m := b.AwaitRequest(t, "CANCEL")
	if reason := m.Get("Reason"); !strings.Contains(reason, "cause=200") || !strings.Contains(reason, "Call completed elsewhere") {
		t.Errorf("Reason %q", reason)
	}
	b2.Tone(600)
	a.Hears(t, 600)
	b2.Hangup(t)
	a.AwaitRequest(t, "BYE")
	r := p.record(t, 0)
	if r.HungUpBy != record.HungUpByCallee || r.Result != record.CallAnswered {
		t.Errorf("record %+v", r)
	}
	var legs []string // in the order they were made, whichever ended first
	for _, l := range r.Legs {
		user, _, _ := strings.Cut(strings.TrimPrefix(l.URI, "sip:"), "@")
		legs = append(legs, user+" "+itoa(l.Status))
	}
	// Devices of one moment have no order; the bindings of one stay together.
	one, other := []string{"ann 200", "bob 487", "bob 503", "bob2 200"}, []string{"ann 200", "bob2 200", "bob 487", "bob 503"}
	if !slices.Equal(legs, one) && !slices.Equal(legs, other) {
		t.Errorf("legs %q, want %q or %q", legs, one, other)
	}
	p.quiet()
}

func TestEarlyMedia(t *testing.T) {
	p := newPBX(t)
	ann, cid := p.phone("ann"), p.phone("cid")
	a := ann.Dial(t, "1003")
	b := ringing(t, cid)
	b.Reply(183)
	b.Tone(800)
	if m := a.Await(t, 183); m.Body == "" {
		t.Error("183 without a description")
	} else {
		a.Aim(m.Body)
	}
	a.Tone(500)
	a.Hears(t, 800)
	b.Hears(t, 500)
	b.Answer(t)
	a.Await(t, 200)
	a.Hears(t, 800)
	a.Hangup(t)
	p.record(t, 0)
	p.quiet()
}

// How a call can end before anybody answers.
func TestUnanswered(t *testing.T) {
	for _, tc := range []struct {
		name           string
		statuses       []int // of bob's two phones
		status         int
		result, reason string
		by             string
	}{
		{"all busy", []int{486, 486}, 486, record.CallBusy, record.ReasonUserBusy, record.HungUpByCallee},
		{"one busy, one unreachable", []int{486, 503}, 486, record.CallBusy, record.ReasonUserBusy, record.HungUpByCallee},
		{"declined", []int{603, 0}, 603, record.CallDeclined, record.ReasonDeclined, record.HungUpByCallee},
		{"nothing works", []int{500, 503}, 480, record.CallFailed, record.ReasonUnreachable, record.HungUpBySystem},
		{"no codec", []int{488, 488}, 488, record.CallFailed, record.ReasonIncompatibleMedia, record.HungUpByCallee},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newPBX(t)
			ann, bob, bob2 := p.phone("ann"), p.phone("bob"), p.phone("bob2")
			a := ann.Dial(t, "1002")
			b, b2 := ringing(t, bob), ringing(t, bob2)
			b.Reply(tc.statuses[0])
			if tc.statuses[1] != 0 {
				b2.Reply(tc.statuses[1])
			}
			if refusesMedia(tc.status) { // each is asked again, for SRTP
				ringing(t, bob).Reply(tc.status)
				ringing(t, bob2).Reply(tc.status)
			}
			a.Await(t, tc.status)
			r := p.record(t, 0)
			if r.Result != tc.result || r.Reason != tc.reason || r.SIPStatus != tc.status || r.HungUpBy != tc.by {
				t.Errorf("%s, %s, %d, %s", r.Result, r.Reason, r.SIPStatus, r.HungUpBy)
			}
			p.quiet()
		})
	}
}

// How a call can end before anybody is rung.
func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		name, dialled  string
		prepare        func(*pbx)
		status         int
		result, reason string
	}{
		{"nobody has the number", "1999", nil, 404, record.CallRejected, record.ReasonNotFound},
		{"not registered", "1003", nil, 480, record.CallFailed, record.ReasonNotRegistered},
		{"do not disturb", "1003", func(p *pbx) {
			p.change(p.t, "cid", func(u *record.User) { u.DoNotDisturb = true })
		}, 480, record.CallDeclined, record.ReasonDoNotDisturb},
		{"draining", "1003", func(p *pbx) { p.draining.Store(true) }, 503, record.CallRejected, record.ReasonShuttingDown},
		{"too many calls", "1003", (*pbx).noCalls, 503, record.CallRejected, record.ReasonNoPermission},
		{"no address of the trunk", "3125550199", nil, 500, record.CallFailed, record.ReasonTrunkFailed},
		{"trunk full", "3125550199", (*pbx).fillTrunk, 503, record.CallFailed, record.ReasonTrunkLimit},
		{"nothing to pick up", "**1003", nil, 480, record.CallRejected, record.ReasonNotFound},
		{"nobody called", "*69", nil, 404, record.CallRejected, record.ReasonNotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newPBX(t)
			ann := p.phone("ann")
			if tc.prepare != nil {
				tc.prepare(p)
			}
			a := ann.Dial(t, tc.dialled)
			if m := a.Final(t); m.Status() != tc.status {
				t.Errorf("answered %s, want %d", m.Start, tc.status)
			}
			r := p.record(t, 0)
			if r.Result != tc.result || r.Reason != tc.reason {
				t.Errorf("%s, %s, want %s, %s", r.Result, r.Reason, tc.result, tc.reason)
			}
			p.quiet()
		})
	}
}

func TestCallerGivesUp(t *testing.T) {
	p := newPBX(t)
	ann, cid := p.phone("ann"), p.phone("cid")
	a := ann.Dial(t, "1003")
	b := ringing(t, cid)
	b.Reply(180)
	a.Await(t, 180)
	if status := a.Cancel(t); status != 200 {
		t.Errorf("CANCEL answered %d", status)
	}
	a.Await(t, 487)
	b.AwaitRequest(t, "CANCEL")
	r := p.record(t, 0)
	if r.Result != record.CallCancelled || r.Reason != record.ReasonCallerCancelled || r.HungUpBy != record.HungUpByCaller {
		t.Errorf("record %+v", r)
	}
	p.quiet()
}

func TestForwards(t *testing.T) {
	p := newPBX(t)
	ann, bob, bob2, cid := p.phone("ann"), p.phone("bob"), p.phone("bob2"), p.phone("cid")
	p.change(t, "bob", func(u *record.User) { u.Forwarding.Busy = &record.ForwardRule{Enabled: true, Destination: "1003"} })
	a := ann.Dial(t, "1002")
	ringing(t, bob).Reply(486)
	ringing(t, bob2).Reply(486)
	a.Await(t, 181)
	c := ringing(t, cid)
	if d := c.Invite().Get("Diversion"); !strings.Contains(d, "sip:1002@") || !strings.Contains(d, "reason=user-busy") {
		t.Errorf("Diversion %q", d)
	}
	if h := c.Invite().Get("History-Info"); !strings.Contains(h, "index=1.1") || !strings.Contains(h, "cause=486") {
		t.Errorf("History-Info %q", h)
	}
	c.Answer(t)
	a.Await(t, 200)
	a.Hangup(t)
	if r := p.record(t, 0); len(r.Forwards) != 1 || r.To != "1002" {
		t.Errorf("record %+v", r)
	}
	p.quiet()
}

func TestPhoneRedirects(t *testing.T) {
	p := newPBX(t)
	ann, bob, cid := p.phone("ann"), p.phone("bob"), p.phone("cid")
	a := ann.Dial(t, "1002")
	ringing(t, bob).Reply(302, "Contact: <sip:1003@pbx.example>")
	ringing(t, cid).Answer(t)
	a.Await(t, 200)
	a.Hangup(t)
	p.record(t, 0)
	p.quiet()
}

func TestForwardLoopEnds(t *testing.T) {
	p := newPBX(t)
	p.change(t, "bob", func(u *record.User) { u.Forwarding.Always = &record.ForwardRule{Enabled: true, Destination: "1003"} })
	p.change(t, "cid", func(u *record.User) { u.Forwarding.Always = &record.ForwardRule{Enabled: true, Destination: "1002"} })
	a := p.phone("ann").Dial(t, "1002")
	a.Await(t, 482)
	if r := p.record(t, 0); r.Reason != record.ReasonLoop {
		t.Errorf("record %+v", r)
	}
	p.quiet()
}
