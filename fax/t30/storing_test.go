package t30_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"dialtone/fax/t30"
)

// A page is confirmed only once it is stored; a slow store keeps the caller waiting.
func TestSlowStore(t *testing.T) {
	for _, tc := range []struct {
		name string
		caps t30.Caps
		took time.Duration
		err  error
		a, b t30.Outcome
		rnr  bool
	}{
		{"quick", t30.AllCaps(), 300 * time.Millisecond, nil, t30.OK, t30.OK, false},
		{"slow", t30.AllCaps(), 9 * time.Second, nil, t30.OK, t30.OK, true},
		{"too slow", t30.AllCaps(), 200 * time.Second, nil, t30.NotReady, t30.Interrupted, true},
		{"fails", t30.AllCaps(), 9 * time.Second, errors.New("disk full"), t30.Interrupted, t30.StoreFailed, true},
		{"fails at once", t30.AllCaps(), 0, errors.New("disk full"), t30.Interrupted, t30.StoreFailed, false},
		{"quick, uncorrected", without(noECM), 300 * time.Millisecond, nil, t30.OK, t30.OK, false},
		{"slow, uncorrected", without(noECM), 5 * time.Second, nil, t30.OK, t30.OK, false},
		{"fails, uncorrected", without(noECM), 5 * time.Second, errors.New("disk full"), t30.Interrupted, t30.StoreFailed, false},
		{"too slow, uncorrected", without(noECM), 200 * time.Second, nil, t30.NoConfirmation, t30.Interrupted, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, d, s := call(t, 2, tc.caps, tc.caps)
			s.answer = func(t30.Page) error {
				if tc.took == 0 {
					return tc.err
				}
				l.wake, l.woken = l.now.Add(tc.took), func() { l.ends[1].e.Stored(l.now, tc.err) }
				s.pages = append(s.pages, t30.Page{})
				return t30.ErrPending
			}
			a, b := l.run()
			if a.Outcome != tc.a || b.Outcome != tc.b {
				t.Errorf("caller %q, callee %q; heard %v", a.Outcome, b.Outcome, l.log)
			}
			if tc.a == t30.OK && (len(s.pages) != len(d.formats) || b.Pages != 2) {
				t.Errorf("%d pages, %+v", len(s.pages), b)
			}
			if got := slices.Contains(l.log, "1:37"); got != tc.rnr {
				t.Errorf("not ready was said: %t; heard %v", got, l.log)
			}
		})
	}
}
