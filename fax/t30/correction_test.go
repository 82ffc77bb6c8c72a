package t30_test

import (
	"math/bits"
	"slices"
	"testing"

	"dialtone/fax/t30"
)

// damage spoils frames of pages; rounds is how often.
func damage(rounds int, spoil func(n int) bool) func(int, *heard) {
	return func(_ int, h *heard) {
		if h.Kind != t30.Frames || h.Carrier == t30.V21 || rounds == 0 {
			return
		}
		rounds--
		h.bad = make(map[int]bool)
		for n := range h.Frames {
			h.bad[n] = spoil(n)
		}
	}
}

// Damaged frames are sent again; after four times the rate changes; for ever it does
// not go on.
func TestCorrection(t *testing.T) {
	one := func(n int) bool { return n == 3 }
	all := func(int) bool { return true }
	for _, tc := range []struct {
		name   string
		hook   func(int, *heard)
		a      t30.Outcome
		slower bool
		resent int
	}{
		{"one frame", damage(1, one), t30.OK, false, 1},
		{"all frames", damage(1, all), t30.OK, false, 13},
		{"thrice", damage(3, all), t30.OK, false, 39},
		{"five times", damage(5, all), t30.OK, false, 65},
		{"nine times", damage(9, all), t30.OK, true, 117},
		{"always", damage(-1, all), t30.Uncorrectable, true, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, d, s := call(t, 1, t30.AllCaps(), t30.AllCaps())
			l.hook = tc.hook
			a, b := l.run()
			if a.Outcome != tc.a || a.Last.Carrier != b.Last.Carrier && tc.a == t30.OK && !tc.slower {
				t.Fatalf("caller %q, callee %q; heard %v", a.Outcome, b.Outcome, l.log)
			}
			if tc.slower == (b.Last.Carrier == t30.V17At14400) {
				t.Errorf("at the end %v", b.Last.Carrier)
			}
			if tc.a == t30.OK {
				wantPages(t, d, s)
				if a.Resent != tc.resent {
					t.Errorf("%d frames again, want %d", a.Resent, tc.resent)
				}
			} else if b.Pages != 0 || b.Outcome == t30.OK {
				t.Errorf("callee %+v", b)
			}
		})
	}
}

// A sender that counts only the frames it sent again does not cut a page short.
func TestCountOfResent(t *testing.T) {
	l, d, s := call(t, 2, t30.AllCaps(), t30.AllCaps())
	spoil, count := damage(1, func(n int) bool { return n == 3 || n == 5 }), 0
	l.hook = func(i int, h *heard) {
		spoil(i, h)
		switch {
		case h.Kind != t30.Frames:
		case h.Carrier != t30.V21:
			count = len(h.Frames) - 3
		case h.Frames[0][2] == 0xfd:
			f := slices.Clone(h.Frames[0])
			f[6] = bits.Reverse8(byte(count - 1))
			h.Frames = [][]byte{f}
		}
	}
	a, b := l.run()
	wantOutcome(t, l, a, b, t30.OK, t30.OK)
	wantPages(t, d, s)
	if a.Resent != 2 {
		t.Errorf("%d frames again", a.Resent)
	}
}
