package t38_test

import (
	"testing"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/fax/t38/udptl"
)

// FuzzTerminal hands a terminal packets of anything, each octet before a packet the
// time since the one before: it does not fall over, and the call ends.
func FuzzTerminal(f *testing.F) {
	f.Add([]byte("\x10\x01\x06\x10\x06\xc0\x01\x80\x00\x00\xff\x10\x03\xc0\x01\x40"), true)
	f.Add([]byte("\x10\x01\x06\x10\x0a\xc0\x02\x80\x00\x05\xff\xc8\x01\x00\x44\x1f\x40"), true)
	f.Add([]byte("\x10\x01\x06\x10\x0d\xc0\x02\x80\x00\x07\xff\xc8\xc1\x00\x44\x1f\x22\x40\x10\x01\x1e"), false)
	f.Fuzz(func(t *testing.T, script []byte, caller bool) {
		term := t38.New(t38.Config{Fax: t30.Config{Caller: caller, Caps: t30.AllCaps(), Source: document{1, 100}, Sink: &tray{}}})
		s := udptl.NewSender(udptl.Options{})
		now := epoch
		term.Poll(now)
		for len(script) > 2 {
			n := min(int(script[1]), len(script)-2)
			now = now.Add(time.Duration(script[0]) * 10 * time.Millisecond)
			_ = term.Receive(s.Append(nil, script[2:2+n]), now)
			term.Poll(now)
			script = script[2+n:]
		}
		for range 10_000 {
			if _, done := term.Done(now); done {
				return
			}
			_, next := term.Poll(now)
			if !next.After(now) && !next.IsZero() {
				t.Fatal("the terminal asks for the time it has")
			}
			if next.After(now) {
				now = next
			}
		}
		t.Error("the call does not end")
	})
}

// Garbage on the wire does no harm to a fax under way.
func TestGarbage(t *testing.T) {
	d := document{pages: 2, size: 5000}
	a, b, got := faxes(d, caps(nil))
	n := newNetwork(1, weather{delay: 20 * time.Millisecond}, a, b)
	n.spy = func(from int, datagram []byte) {
		wild := append([]byte(nil), datagram...)
		for i := range wild {
			wild[i] ^= byte(n.rng.Uint32())
		}
		wild[0] |= 0x80 // a number out of reach
		_ = n.ends[1-from].Receive(wild, n.now)
		_ = n.ends[1-from].Receive(wild[:len(wild)/2], n.now)
	}
	ra, rb := mustRun(t, n)
	if ra.Outcome != t30.OK || rb.Outcome != t30.OK {
		t.Fatalf("caller %q, callee %q", ra.Outcome, rb.Outcome)
	}
	wantWhole(t, d, got)
	if rb.Network.Malformed == 0 {
		t.Errorf("%+v", rb.Network)
	}
}

// A peer that goes on counting elsewhere, or falls silent, ends in good order.
func TestSilence(t *testing.T) {
	for _, who := range []int{0, 1} {
		a, b, _ := faxes(document{pages: 2, size: 50_000}, caps(nil))
		n := newNetwork(1, weather{}, a, b)
		n.spy = func(from int, _ []byte) {
			n.w.loss = 0
			if from == who && n.now.Sub(epoch) > 20*time.Second {
				n.w.loss = 1
			}
		}
		ra, rb := mustRun(t, n)
		if ra.Outcome == t30.OK || rb.Outcome == t30.OK {
			t.Errorf("without %d: caller %q, callee %q", who, ra.Outcome, rb.Outcome)
		}
	}
}
