package call

import (
	"slices"
	"strings"
	"testing"

	"dialtone/store/record"
)

func TestBlindTransfer(t *testing.T) {
	p := newPBX(t)
	bob := p.phone("bob")
	a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Reinvite(t, "sendonly")
	if status := a.Refer(t, "sip:1002@"+office); status != 202 {
		t.Fatalf("REFER answered %d", status)
	}
	b := ringing(t, bob)
	if from := b.Invite().Get("From"); !strings.Contains(from, "sip:1003@") {
		t.Errorf("target sees %q", from)
	}
	if by := b.Invite().Get("Referred-By"); by != `"Ann" <sip:1001@pbx.example>` {
		t.Errorf("Referred-By %q", by)
	}
	if expires := b.Invite().Get("Expires"); expires == "" || expires == "0" {
		t.Errorf("Expires %q", expires)
	}
	b.Reply(180)
	b.Answer(t)
	if got := a.AwaitTransfer(t); got != "200 OK" {
		t.Errorf("transferor was told %q", got)
	}
	a.Hangup(t)
	b.Tone(700)
	c.Hears(t, 700)
	c.Tone(300)
	b.Hears(t, 300)
	c.Hangup(t)
	b.AwaitRequest(t, "BYE")
	r := p.record(t, 0)
	if r.Result != record.CallAnswered || len(r.Transfers) != 1 || len(r.Legs) != 3 {
		t.Errorf("record %+v", r)
	}
	if !slices.Contains(p.kinds(), EventTransferred) {
		t.Errorf("events %v", p.kinds())
	}
	p.quiet()
}

func TestBlindTransferToBusy(t *testing.T) {
	p := newPBX(t)
	bob := p.phone("bob")
	a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Refer(t, "sip:1002@"+office)
	ringing(t, bob).Reply(486)
	if got := a.AwaitTransfer(t); got != "486 Busy Here" {
		t.Errorf("transferor was told %q", got)
	}
	a.Tone(500)
	c.Hears(t, 500)
	a.Hangup(t)
	p.record(t, 0)
	p.quiet()
}

func TestTransferorHangsUpEarly(t *testing.T) {
	p := newPBX(t)
	bob := p.phone("bob")
	a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Refer(t, "sip:1002@"+office)
	b := ringing(t, bob)
	b.Reply(180)
	a.Hangup(t)
	b.Answer(t)
	b.Tone(700)
	c.Hears(t, 700)
	b.Hangup(t)
	c.AwaitRequest(t, "BYE")
	p.record(t, 0)
	p.quiet()
}

func TestTransferFailsAndRingsBack(t *testing.T) {
	p := newPBX(t)
	ann, bob := p.phone("ann"), p.phone("bob")
	a, c := talk(t, ann, "1003", p.phone("cid"))
	a.Refer(t, "sip:1002@"+office)
	b := ringing(t, bob)
	a.Hangup(t)
	eventually(t, "the hang-up to be seen", func() bool { return len(p.Dialogs("ann@"+office)) == 0 })
	b.Reply(486)
	back := ringing(t, ann)
	back.Answer(t)
	back.Tone(650)
	c.Hears(t, 650)
	c.Hangup(t)
	p.record(t, 0)
	p.quiet()
}

func TestAttendedTransfer(t *testing.T) {
	p := newPBX(t)
	ann := p.phone("ann")
	a, c := talk(t, ann, "1003", p.phone("cid"))
	a.Reinvite(t, "sendonly")
	a2, b := talk(t, ann, "1002", p.phone("bob"))
	if status := a.ReferTo(t, a2); status != 202 {
		t.Fatalf("REFER answered %d", status)
	}
	if got := a.AwaitTransfer(t); got != "200 OK" {
		t.Errorf("transferor was told %q", got)
	}
	a2.AwaitRequest(t, "BYE")
	if list := p.Active(p.account); len(list) != 1 { // the transferor still has to hang up
		t.Errorf("active: %+v", list)
	}
	a.Hangup(t)
	c.Tone(450)
	b.Hears(t, 450)
	b.Tone(950)
	c.Hears(t, 950)
	b.Hangup(t)
	c.AwaitRequest(t, "BYE")
	first, second := p.record(t, 0), p.record(t, 1)
	if first.Reason != record.ReasonTransferred || second.Reason != record.ReasonNormal {
		t.Errorf("records %+v and %+v", first, second)
	}
	p.quiet()
}

func TestSemiAttendedTransfer(t *testing.T) {
	p := newPBX(t)
	ann, bob := p.phone("ann"), p.phone("bob")
	a, c := talk(t, ann, "1003", p.phone("cid"))
	a.Reinvite(t, "sendonly")
	a2 := ann.Dial(t, "1002")
	b := ringing(t, bob)
	b.Reply(180)
	a2.Learn(a2.Await(t, 180))
	if status := a.ReferTo(t, a2); status != 202 {
		t.Fatalf("REFER answered %d", status)
	}
	if got := a.AwaitTransfer(t); got != "200 OK" {
		t.Errorf("transferor was told %q", got)
	}
	a2.Await(t, 487)
	b.Answer(t)
	b.Tone(700)
	c.Hears(t, 700)
	c.Tone(350)
	b.Hears(t, 350)
	c.Hangup(t)
	p.record(t, 1)
	p.quiet()
}

func TestTransferIsRefused(t *testing.T) {
	p := newPBX(t)
	a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Refer(t, "sip:1999@"+office)
	if got := a.AwaitTransfer(t); got != "404 Not Found" {
		t.Errorf("transferor was told %q", got)
	}
	if status := a.Refer(t, "sip:1002@"+office+"?Replaces=nobody%3Bto-tag%3Dx%3Bfrom-tag%3Dy"); status != 481 {
		t.Errorf("REFER with a stranger's dialog answered %d", status)
	}
	a.Tone(500)
	c.Hears(t, 500)
	a.Hangup(t)
	p.record(t, 0)
	p.quiet()
}

func TestPickup(t *testing.T) {
	for _, way := range []string{"by code", "by Replaces"} {
		t.Run(way, func(t *testing.T) {
			p := newPBX(t)
			ann, bob, cid := p.phone("ann"), p.phone("bob"), p.phone("cid")
			a := ann.Dial(t, "1002")
			b := ringing(t, bob)
			b.Reply(180)
			a.Await(t, 180)
			c := cid.Dial(t, "**1002")
			if way == "by Replaces" {
				c.Await(t, 200)
				c.Hangup(t)
				p.record(t, 0)
				a = ann.Dial(t, "1002")
				b = ringing(t, bob)
				b.Reply(180)
				a.Await(t, 180)
				lamp := p.Dialogs("bob@" + office)[0]
				c = cid.Dial(t, "1002", "Replaces: "+lamp.CallID+";to-tag="+lamp.Ours+";from-tag="+lamp.Theirs)
			}
			c.Await(t, 200)
			a.Await(t, 200)
			b.AwaitRequest(t, "CANCEL")
			a.Tone(440)
			c.Hears(t, 440)
			c.Tone(880)
			a.Hears(t, 880)
			c.Hangup(t)
			a.AwaitRequest(t, "BYE")
			p.quiet()
		})
	}
}
