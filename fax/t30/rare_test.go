package t30_test

import (
	"slices"
	"strings"
	"testing"

	"dialtone/fax/t30"
)

// rewrite changes the kind of the nth frame of procedure of a kind that an end sends.
func rewrite(from int, kind, to byte, n int) func(int, *heard) {
	return func(i int, s *heard) {
		if i != from || s.Kind != t30.Frames || s.Carrier != t30.V21 || s.Frames[len(s.Frames)-1][2] != kind {
			return
		}
		if n--; n == -1 {
			f := slices.Clone(s.Frames[len(s.Frames)-1])
			f[2] = to
			s.Frames = append(slices.Clone(s.Frames[:len(s.Frames)-1]), f)
		}
	}
}

// Replies and commands that are rare are taken for what they mean.
func TestRareFrames(t *testing.T) {
	plain := without(noECM)
	for _, tc := range []struct {
		name     string
		hook     func(int, *heard)
		a, b     t30.Outcome
		received int
		heard    string // must have been
	}{
		{"RTP: a page is good, train again", rewrite(1, 0x31, 0x33, 0), t30.OK, t30.OK, 2, "1:33 0:c2 0:c1"},
		{"RTP at the end", rewrite(1, 0x31, 0x33, 1), t30.OK, t30.OK, 2, "1:33 0:df"},
		{"PIP: a page is good", rewrite(1, 0x31, 0x35, 0), t30.OK, t30.OK, 2, "1:35 0:image"},
		{"CRP: say it again", rewrite(1, 0x21, 0x58, 0), t30.OK, t30.OK, 2, "1:58 0:c2 0:c1"},
		{"CRP of a caller", rewrite(0, 0xf2, 0xd8, 0), t30.OK, t30.OK, 1, "0:d8 1:21"},
		{"PRI-MPS: no operator here", rewrite(0, 0xf2, 0xfa, 0), t30.OK, t30.OK, 2, "0:fa 1:31"},
		{"PRI-EOP", rewrite(0, 0xf4, 0xfc, 0), t30.OK, t30.OK, 2, "0:fc 1:31"},
		{"DTC: nothing to be polled", rewrite(0, 0xc1, 0x81, 0), t30.Refused, t30.PollRefused, 0, "0:81 1:5f"},
		{"DTC of a callee", rewrite(1, 0x01, 0x81, 0), t30.PollRefused, t30.Refused, 0, "1:81 0:df"},
		{"DCN for DIS", rewrite(1, 0x01, 0x5f, 0), t30.Refused, t30.NoAnswer, 0, "1:5f"},
		{"DCN for CFR", rewrite(1, 0x21, 0x5f, 0), t30.Refused, t30.NoCommand, 0, "1:5f"},
		{"DCN for MCF", rewrite(1, 0x31, 0x5f, 0), t30.Interrupted, t30.NoCommand, 1, "1:5f"},
		{"an unknown reply", rewrite(1, 0x31, 0x3f, 0), t30.OK, t30.OK, 2, "1:3f 0:f2 1:31"},
		{"an unknown command", rewrite(0, 0xf4, 0xf8, 0), t30.OK, t30.OK, 2, "0:f8 0:f4 1:31"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, _, s := call(t, 2, plain, plain)
			l.hook = tc.hook
			a, b := l.run()
			if tc.name == "CRP of a caller" { // which takes the repeated reply for none to its page
				if len(s.pages) < tc.received || !strings.Contains(strings.Join(l.log, " "), tc.heard) {
					t.Errorf("%d pages; heard %v", len(s.pages), l.log)
				}
				return
			}
			wantOutcome(t, l, a, b, tc.a, tc.b)
			if len(s.pages) != tc.received {
				t.Errorf("%d pages, want %d", len(s.pages), tc.received)
			}
			if !strings.Contains(strings.Join(l.log, " "), tc.heard) {
				t.Errorf("heard %v, want %s in it", l.log, tc.heard)
			}
		})
	}
}

// A station that can only send is told so.
func TestNotReceiver(t *testing.T) {
	l, _, _ := call(t, 1, t30.AllCaps(), t30.AllCaps())
	l.hook = func(i int, s *heard) {
		if last := len(s.Frames) - 1; i == 1 && last >= 0 && s.Frames[last][2] == 0x01 {
			f := slices.Clone(s.Frames[last])
			f[4] &^= 0x40
			s.Frames = [][]byte{f}
		}
	}
	a, b := l.run()
	wantOutcome(t, l, a, b, t30.NotReceiver, t30.Refused)
}
