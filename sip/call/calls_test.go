package call

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"dialtone/sip/dialog"
	"dialtone/store/record"
)

func TestExtensionToExtension(t *testing.T) {
	p := newPBX(t)
	ann, bob := p.phone("ann"), p.phone("bob")
	a := ann.Dial(t, "1002")
	b := ringing(t, bob)
	if from := b.Invite().Get("From"); !slices.Contains([]string{`"Ann" <sip:1001@pbx.example>`}, cutTag(from)) {
		t.Errorf("From %q", from)
	}
	if hops := b.Invite().Get("Max-Forwards"); hops != "69" {
		t.Errorf("Max-Forwards %q", hops)
	}
	b.Reply(180)
	a.Await(t, 180)
	b.Answer(t)
	a.Await(t, 200)
	a.Tone(440)
	b.Tone(1000)
	b.Hears(t, 440)
	a.Hears(t, 1000)
	if status := a.Hangup(t); status != 200 {
		t.Errorf("BYE answered %d", status)
	}
	b.AwaitRequest(t, "BYE")
	r := p.record(t, 0)
	if r.Result != record.CallAnswered || r.Reason != record.ReasonNormal || r.HungUpBy != record.HungUpByCaller {
		t.Errorf("record %+v", r)
	}
	if r.From != "1001" || r.To != "1002" || r.Direction != record.CallInternal || len(r.Legs) != 2 {
		t.Errorf("record %+v", r)
	}
	if len(p.traces[0].Messages) < 10 {
		t.Errorf("trace has %d messages", len(p.traces[0].Messages))
	}
	for _, m := range p.traces[0].Messages {
		if _, err := netip.ParseAddrPort(m.Local); err != nil {
			t.Errorf("our address %q: %v", m.Local, err)
		}
	}
	want := []EventKind{EventStarted, EventRinging, EventAnswered, EventEnded}
	if got := p.kinds(); !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	p.quiet()
}

// cutTag is an address without its parameters.
func cutTag(address string) string {
	before, _, _ := strings.Cut(address, ">;")
	if before != address {
		before += ">"
	}
	return before
}

func TestSessionExpired(t *testing.T) {
	r := newRecords(t)
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	m, s := newScripted(r)
	a, c := talking(r, m, s, "ann", "1003")
	a.happens(dialog.Ended{Why: dialog.WhySessionExpired})
	if got := r.record(t, 0); got.Reason != record.ReasonSessionExpired || got.HungUpBy != record.HungUpByCaller {
		t.Errorf("%s by %s", got.Reason, got.HungUpBy)
	}
	if _, over, _ := c.state(); !over {
		t.Error("the other side was not told")
	}
	eventually(t, "end of all calls", func() bool { return m.Len() == 0 })
}
