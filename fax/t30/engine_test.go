package t30_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/fax/t30"
)

// without changes what an end can do.
func without(change func(*t30.Caps)) t30.Caps {
	c := t30.AllCaps()
	change(&c)
	return c
}

func noECM(c *t30.Caps) { c.ECM = false }

// call plays a fax of n pages between two ends with the given capabilities.
func call(t *testing.T, n int, a, b t30.Caps) (*line, *document, *tray) {
	d, s := pages(n), &tray{}
	l := newLine(t, t30.Config{Ident: "+1 555 0100", Caps: a, Source: d}, t30.Config{Ident: "555 0199", Caps: b, Sink: s})
	return l, d, s
}

func wantOutcome(t *testing.T, l *line, gotA, gotB t30.Result, a, b t30.Outcome) {
	t.Helper()
	if gotA.Outcome != a || gotB.Outcome != b {
		t.Errorf("caller %q, callee %q, want %q and %q; heard %v", gotA.Outcome, gotB.Outcome, a, b, l.log)
	}
}

func TestTransfer(t *testing.T) {
	for _, tc := range []struct {
		name  string
		pages int
		size  int
		a, b  t30.Caps
		want  t30.Code
	}{
		{"all that there is", 3, 3000, t30.AllCaps(), t30.AllCaps(), t30.Code{Coding: t30.MMR, ECM: true, Carrier: t30.V17At14400}},
		{"several blocks", 2, 150_000, t30.AllCaps(), t30.AllCaps(), t30.Code{Coding: t30.MMR, ECM: true, Carrier: t30.V17At14400}},
		{"exactly a block", 1, 65_536, t30.AllCaps(), t30.AllCaps(), t30.Code{Coding: t30.MMR, ECM: true, Carrier: t30.V17At14400}},
		{"callee without correction", 3, 3000, t30.AllCaps(), without(noECM), t30.Code{Coding: t30.MR, Carrier: t30.V17At14400}},
		{"caller without correction", 1, 3000, without(noECM), t30.AllCaps(), t30.Code{Coding: t30.MR, Carrier: t30.V17At14400}},
		{"MH only", 1, 3000, t30.AllCaps(), t30.Caps{Modems: t30.V27}, t30.Code{Coding: t30.MH, Carrier: t30.V27At4800}},
		{"V.29", 1, 3000, without(func(c *t30.Caps) { c.Modems = t30.V27 | t30.V29 }), t30.AllCaps(), t30.Code{Coding: t30.MMR, ECM: true, Carrier: t30.V29At9600}},
		{"MR with correction", 1, 3000, t30.AllCaps(), without(func(c *t30.Caps) { c.MMR = false }), t30.Code{Coding: t30.MR, ECM: true, Carrier: t30.V17At14400}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, d, s := call(t, tc.pages, tc.a, tc.b)
			d.size = tc.size
			a, b := l.run()
			wantOutcome(t, l, a, b, t30.OK, t30.OK)
			wantPages(t, d, s)
			if diff := cmp.Diff(tc.want, a.Last); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.want, b.Last); diff != "" {
				t.Error(diff)
			}
			if a.Ident != "555 0199" || b.Ident != "+1 555 0100" || a.Pages != tc.pages || b.Pages != tc.pages {
				t.Errorf("caller %+v, callee %+v", a, b)
			}
		})
	}
}

// What is said, in order: an upper-case word is a signal of the caller.
func TestProcedure(t *testing.T) {
	l, _, _ := call(t, 2, t30.AllCaps(), without(noECM))
	l.run()
	want := "1:02 1:01 0:c2 0:c1 1:21 0:image 0:f2 1:31 0:image 0:f4 1:31 0:df"
	if diff := cmp.Diff(want, strings.Join(l.log, " ")); diff != "" {
		t.Error(diff)
	}
}

// Pages of several formats go in one call; the procedure begins anew between them.
func TestFormats(t *testing.T) {
	l, d, s := call(t, 4, t30.AllCaps(), without(func(c *t30.Caps) { c.R300, c.Width = false, t30.B4 }))
	d.formats = []t30.Format{{}, {Resolution: t30.Superfine}, {Resolution: t30.R300, Width: t30.A3}, {Resolution: t30.Fine, Width: t30.B4}}
	a, b := l.run()
	wantOutcome(t, l, a, b, t30.OK, t30.OK)
	wantPages(t, d, s)
	var got []t30.Format
	for _, p := range s.pages {
		got = append(got, p.Code.Format)
	}
	fine := t30.Format{Resolution: t30.Fine, Width: t30.B4}
	if diff := cmp.Diff([]t30.Format{{}, {Resolution: t30.Superfine}, fine, fine}, got); diff != "" {
		t.Error(diff)
	}
}

// lose makes the nth frame of procedure of that kind from an end unheard.
func lose(from int, kind byte, which ...int) func(int, *heard) {
	seen := 0
	return func(i int, s *heard) {
		if i != from || s.Kind != t30.Frames || s.Carrier != t30.V21 || s.Frames[len(s.Frames)-1][2] != kind {
			return
		}
		s.lost = slices.Contains(which, seen)
		seen++
	}
}

// Any one reply or command may be lost, and no page is received twice for it.
func TestLostFrames(t *testing.T) {
	ecm, plain := t30.AllCaps(), without(noECM)
	for _, tc := range []struct {
		name string
		from int
		kind byte
		caps t30.Caps
		size int
	}{
		{"DIS", 1, 0x01, ecm, 3000},
		{"DCS", 0, 0xc1, ecm, 3000},
		{"CFR", 1, 0x21, ecm, 3000},
		{"PPS", 0, 0xfd, ecm, 3000},
		{"MCF of a page", 1, 0x31, ecm, 3000},
		{"MCF of a block", 1, 0x31, ecm, 150_000},
		{"PPS of a block", 0, 0xfd, ecm, 150_000},
		{"MPS", 0, 0xf2, plain, 3000},
		{"EOP", 0, 0xf4, plain, 3000},
		{"MCF", 1, 0x31, plain, 3000},
		{"DCN", 0, 0xdf, plain, 3000},
	} {
		for _, which := range [][]int{{0}, {1}, {2}, {0, 1}} {
			t.Run(tc.name, func(t *testing.T) {
				l, d, s := call(t, 3, tc.caps, tc.caps)
				d.size = tc.size
				l.hook = lose(tc.from, tc.kind, which...)
				a, b := l.run()
				wantOutcome(t, l, a, b, t30.OK, t30.OK)
				wantPages(t, d, s)
			})
		}
	}
}

// A command that is never answered ends the call with its own outcome.
func TestUnanswered(t *testing.T) {
	ecm, plain := t30.AllCaps(), without(noECM)
	all := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	for _, tc := range []struct {
		name string
		from int
		kind byte
		caps t30.Caps
		a, b t30.Outcome
	}{
		{"DIS", 1, 0x01, ecm, t30.NoAnswer, t30.Refused},
		{"CFR", 1, 0x21, ecm, t30.NoReply, t30.Interrupted},
		{"MCF", 1, 0x31, plain, t30.NoConfirmation, t30.Interrupted},
		{"MCF of a block", 1, 0x31, ecm, t30.NoConfirmation, t30.Interrupted},
		{"MPS", 0, 0xf2, plain, t30.NoConfirmation, t30.NoCommand},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, _, _ := call(t, 2, tc.caps, tc.caps)
			l.hook = lose(tc.from, tc.kind, all...)
			a, b := l.run()
			if a.Outcome != tc.a || b.Outcome == t30.OK {
				t.Errorf("caller %q, callee %q", a.Outcome, b.Outcome)
			}
		})
	}
}

// A speed that does not work is left for the next.
func TestFallback(t *testing.T) {
	for _, tc := range []struct {
		name string
		ok   func(t30.Carrier) bool
		want t30.Carrier
		a    t30.Outcome
	}{
		{"9600", func(c t30.Carrier) bool { return c.Rate() <= 9600 }, t30.V17At9600, t30.OK},
		{"V.29", func(c t30.Carrier) bool { return c.Modem() == t30.V29 }, t30.V29At9600, t30.OK},
		{"2400", func(c t30.Carrier) bool { return c == t30.V27At2400 }, t30.V27At2400, t30.OK},
		{"nothing", func(t30.Carrier) bool { return false }, 0, t30.CannotTrain},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, d, s := call(t, 2, t30.AllCaps(), t30.AllCaps())
			d.size = 500
			l.hook = func(_ int, h *heard) {
				if h.Kind == t30.Check && !tc.ok(h.Carrier) {
					h.Duration = 500 * time.Millisecond
				}
			}
			a, b := l.run()
			if a.Outcome != tc.a || tc.a == t30.OK && (a.Last.Carrier != tc.want || b.Last.Carrier != tc.want) {
				t.Errorf("%q with %v, %d failed", a.Outcome, a.Last.Carrier, a.Trainings)
			}
			if tc.a == t30.OK {
				wantPages(t, d, s)
			}
		})
	}
}

// A page that is rejected is sent again, slower, and thrice at most.
func TestRejected(t *testing.T) {
	for _, tc := range []struct {
		name string
		bad  int
		a    t30.Outcome
	}{
		{"once", 1, t30.OK},
		{"twice", 2, t30.OK},
		{"always", 99, t30.Rejected},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, d, s := call(t, 2, t30.AllCaps(), without(noECM))
			s.answer = func(p t30.Page) error {
				if tc.bad > 0 && p.Number == 1 {
					tc.bad--
					return t30.ErrUnreadable
				}
				return nil
			}
			a, _ := l.run()
			if a.Outcome != tc.a {
				t.Errorf("%q; heard %v", a.Outcome, l.log)
			}
			if tc.a == t30.OK {
				wantPages(t, d, s)
			} else if len(s.pages) != 1 || a.Pages != 1 || a.Rejects != 3 {
				t.Errorf("%d pages, %+v", len(s.pages), a)
			}
		})
	}
}

// A page without a single line is rejected before any Sink sees it.
func TestNoLines(t *testing.T) {
	l, d, s := call(t, 1, t30.AllCaps(), without(noECM))
	spoilt := false
	l.hook = func(_ int, h *heard) {
		if h.Kind == t30.Image && !spoilt {
			spoilt, h.Data = true, []byte{0x55, 0x55}
		}
	}
	a, b := l.run()
	wantOutcome(t, l, a, b, t30.OK, t30.OK)
	wantPages(t, d, s)
	if a.Rejects != 1 {
		t.Errorf("%+v", a)
	}
}

// What had come when the call broke off is handed over, never confirmed.
func TestPartial(t *testing.T) {
	for _, tc := range []struct {
		name string
		caps t30.Caps
	}{{"corrected", t30.AllCaps()}, {"uncorrected", without(noECM)}} {
		t.Run(tc.name, func(t *testing.T) {
			l, d, s := call(t, 2, tc.caps, tc.caps)
			d.size = 100_000
			ends := 0
			l.hook = func(i int, h *heard) {
				if i == 0 && h.Kind == t30.Frames && h.Carrier == t30.V21 && (h.Frames[0][2] == 0xfd || h.Frames[0][2]&0xf0 == 0xf0) {
					if ends++; ends == 3 {
						l.ends[1].e.Dropped(l.now)
						l.ends[0].e.Dropped(l.now)
					}
				}
			}
			if tc.name == "uncorrected" {
				ends = 1
			}
			_, b := l.run()
			if b.Outcome != t30.CallDropped || b.Pages != 1 || len(s.pages) != 2 {
				t.Fatalf("%+v with %d pages", b, len(s.pages))
			}
			if p := s.pages[1]; !p.Incomplete || p.Number != 1 || len(p.Data) < 60_000 {
				t.Errorf("page %d of %d octets, incomplete %t", p.Number, len(p.Data), p.Incomplete)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	l, _, s := call(t, 5, t30.AllCaps(), t30.AllCaps())
	l.hook = func(i int, h *heard) {
		if h.Kind == t30.Frames && h.Carrier != t30.V21 && len(s.pages) == 2 {
			l.ends[0].e.Cancel(l.now)
		}
	}
	a, b := l.run()
	if a.Outcome != t30.Canceled || b.Outcome != t30.Interrupted || a.Pages != 2 || b.Pages != 2 {
		t.Errorf("caller %+v, callee %+v", a, b)
	}
}

// A source that fails ends the call in good order.
func TestSourceFails(t *testing.T) {
	l, _, _ := call(t, 1, t30.AllCaps(), t30.AllCaps())
	failed := errors.New("no such page")
	l.ends[0].e = t30.New(t30.Config{Caller: true, Caps: t30.AllCaps(), Source: broken{failed}})
	a, b := l.run()
	if a.Outcome != t30.SourceFailed || !errors.Is(a.Err, failed) || b.Outcome != t30.Interrupted {
		t.Errorf("caller %+v, callee %+v", a, b)
	}
}

type broken struct{ err error }

func (broken) Format(n int) (t30.Format, bool)        { return t30.Format{}, n == 0 }
func (b broken) Encode(int, t30.Code) ([]byte, error) { return nil, b.err }

// Who both ends are and how it goes is told as it happens.
func TestEvents(t *testing.T) {
	var told [2][]string
	progress := func(i int) func(t30.Event) {
		return func(e t30.Event) {
			told[i] = append(told[i], fmt.Sprintf("%d:%d:%s%v", e.Kind, e.Page, e.Ident, e.Frames))
		}
	}
	d, s := pages(2), &tray{}
	l := newLine(t,
		t30.Config{Ident: "100", Sender: "42", SubAddress: "7", Caps: t30.AllCaps(), Source: d, Progress: progress(0)},
		t30.Config{Ident: "200", Caps: t30.AllCaps(), Sink: s, Progress: progress(1)})
	spoil := damage(1, func(n int) bool { return n == 1 })
	l.hook = func(i int, h *heard) {
		spoil(i, h)
		if last := len(h.Frames) - 1; i == 1 && last >= 0 && h.Frames[last][2] == 0x01 {
			f := append(slices.Clone(h.Frames[last]), 0xc0) // takes SUB and SID
			h.Frames = append(slices.Clone(h.Frames[:last]), f)
		}
	}
	a, b := l.run()
	wantOutcome(t, l, a, b, t30.OK, t30.OK)
	if b.SubAddress != "7" || b.Sender != "42" {
		t.Errorf("%+v", b)
	}
	want := [2][]string{
		{"0:0:2000", "1:0:0", "2:0:0", "5:0:1", "3:0:0", "2:1:0", "3:1:0"},
		{"0:0:1000", "1:0:0", "2:0:0", "5:0:1", "3:0:0", "2:1:0", "3:1:0"},
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}
