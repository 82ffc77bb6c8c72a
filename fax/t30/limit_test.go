package t30_test

import (
	"testing"
	"time"

	"dialtone/fax/t30"
)

// A page beyond what is taken ends the call.
func TestTooLarge(t *testing.T) {
	for _, caps := range []t30.Caps{t30.AllCaps(), without(noECM)} {
		l, d, s := call(t, 1, caps, caps)
		d.size, d.alike = t30.MaxPage+100_000, true
		a, b := l.run()
		if b.Outcome != t30.TooLarge || a.Outcome == t30.OK || b.Pages != 0 {
			t.Errorf("caller %q, callee %q", a.Outcome, b.Outcome)
		}
		for _, p := range s.pages {
			if !p.Incomplete || len(p.Data) > t30.MaxPage {
				t.Errorf("page of %d octets", len(p.Data))
			}
		}
	}
}

// Neither pages without end nor a trickle of bits keep a call for ever.
func TestTooMuch(t *testing.T) {
	for _, tc := range []struct {
		name  string
		pages int
		size  int
		limit time.Duration
		b     t30.Outcome
	}{
		{"pages", t30.MaxPages + 5, 60, 0, t30.TooLarge},
		{"octets", 30, t30.MaxPage / 2, 100 * time.Hour, t30.TooLarge},
		{"time", 400, 60_000, 0, t30.TooLong},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, d, s := call(t, tc.pages, t30.AllCaps(), without(noECM))
			d.size, d.alike = tc.size, true
			l.ends[0].e = t30.New(t30.Config{Caller: true, Caps: t30.AllCaps(), Source: d, Limit: 200 * time.Hour})
			l.ends[1].e = t30.New(t30.Config{Caps: without(noECM), Sink: s, Limit: tc.limit})
			a, b := l.run()
			if a.Outcome == t30.OK || b.Outcome != tc.b || b.Pages == 0 || b.Pages > t30.MaxPages {
				t.Errorf("caller %q, callee %q after %d pages", a.Outcome, b.Outcome, b.Pages)
			}
		})
	}
}
