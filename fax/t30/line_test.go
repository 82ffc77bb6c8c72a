package t30_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"dialtone/fax/t30"
)

// epoch is when every call here begins.
var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// line joins two engines by ideal modems in virtual time. hook sees each signal as it
// begins and may change what the other end hears of it.
type line struct {
	t     testing.TB
	now   time.Time
	ends  [2]*end
	hook  func(from int, s *heard)
	log   []string // frames of procedure and pages, as heard
	wake  time.Time
	woken func() // at wake
}

type end struct {
	e     *t30.Engine
	until time.Time // of the piece of the signal under way
	sig   heard
	piece int // of pieces
	busy  bool
}

// pieces is in how many parts the other end hears a signal.
func (d *end) pieces() int { return max(20, int(duration(d.sig.Signal)/(2*time.Second))) }

// heard is a signal as the other end hears it.
type heard struct {
	t30.Signal
	lost bool
	bad  map[int]bool // frames with a wrong check sequence
}

func newLine(t testing.TB, caller, callee t30.Config) *line {
	caller.Caller = true
	l := &line{t: t, now: epoch}
	l.ends[0] = &end{e: t30.New(caller)}
	l.ends[1] = &end{e: t30.New(callee)}
	return l
}

// run plays the call to its end.
func (l *line) run() (caller, callee t30.Result) {
	l.t.Helper()
	l.ends[0].e.Start(l.now)
	l.ends[1].e.Start(l.now)
	for range 1_000_000 {
		a, aDone := l.ends[0].e.Result()
		b, bDone := l.ends[1].e.Result()
		if aDone && bDone {
			return a, b
		}
		if !l.step() {
			l.t.Fatalf("both ends wait for ever; heard:\n%v", l.log)
		}
	}
	l.t.Fatal("the call does not end")
	return caller, callee
}

// step goes to the next thing that happens.
func (l *line) step() bool {
	for i := range l.ends {
		if l.begin(i) {
			return true
		}
	}
	next := l.wake
	for _, d := range l.ends {
		for _, at := range []time.Time{d.until, d.e.Deadline()} {
			if !at.IsZero() && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	if next.IsZero() {
		return false
	}
	l.now = next
	if !l.wake.IsZero() && !l.wake.After(l.now) {
		l.wake = time.Time{}
		l.woken()
	}
	for i, d := range l.ends {
		if d.busy && !d.until.After(l.now) || d.e.Cut() {
			l.finish(i)
		}
		d.e.Tick(l.now)
	}
	return true
}

// begin starts the signal an end wants to send.
func (l *line) begin(i int) bool {
	d, other := l.ends[i], l.ends[1-i]
	if d.busy {
		return false
	}
	s, ok := d.e.Take()
	if !ok {
		return false
	}
	d.sig, d.busy, d.piece = heard{Signal: s}, true, 0
	if l.hook != nil {
		l.hook(i, &d.sig)
	}
	d.until = l.now.Add(duration(d.sig.Signal) / time.Duration(d.pieces()))
	if !d.sig.lost && s.Kind >= t30.Frames {
		other.e.Carrier(l.now, s.Carrier)
	}
	return true
}

// finish lets the other end hear a piece of the signal, and its end.
func (l *line) finish(i int) {
	d, other := l.ends[i], l.ends[1-i]
	if s := &d.sig; d.busy && !s.lost && s.Kind >= t30.Frames {
		l.hear(i, s, other)
	}
	if d.piece++; d.busy && d.piece < d.pieces() && !d.e.Cut() {
		d.until = l.now.Add(duration(d.sig.Signal) / time.Duration(d.pieces()))
		return
	}
	if d.busy && !d.sig.lost && d.sig.Kind >= t30.Frames {
		other.e.Drop(l.now)
	}
	d.busy, d.until = false, time.Time{}
	d.e.Sent(l.now)
}

// share is the piece of n things.
func share(n, piece, pieces int) (from, to int) { return n * piece / pieces, n * (piece + 1) / pieces }

func (l *line) hear(i int, s *heard, other *end) {
	piece, pieces := l.ends[i].piece, l.ends[i].pieces()
	switch s.Kind {
	case t30.Frames:
		from, to := share(len(s.Frames), piece, pieces)
		for n := from; n < to; n++ {
			f := s.Frames[n]
			if s.Carrier == t30.V21 {
				l.log = append(l.log, fmt.Sprintf("%d:%02x", i, f[2]))
			}
			other.e.Frame(l.now, slices.Clone(f), !s.bad[n])
		}
	case t30.Check:
		from, to := share(s.Carrier.Rate()*int(s.Duration/time.Millisecond)/8000, piece, pieces)
		other.e.Bits(l.now, make([]byte, to-from))
	case t30.Image:
		if piece == 0 {
			l.log = append(l.log, fmt.Sprintf("%d:image", i))
		}
		from, to := share(len(s.Data), piece, pieces)
		other.e.Bits(l.now, slices.Clone(s.Data[from:to]))
	}
}

func duration(s t30.Signal) time.Duration {
	octets := len(s.Data)
	switch s.Kind {
	case t30.Frames:
		for _, f := range s.Frames {
			octets += len(f) + 3
		}
		if s.Carrier == t30.V21 {
			octets += 37 // preamble
		}
	case t30.Image:
	default:
		return s.Duration
	}
	return time.Duration(octets) * 8 * time.Second / time.Duration(s.Carrier.Rate())
}

// document is pages made of noise that is shaped like T.4.
type document struct {
	formats []t30.Format
	size    int
	alike   bool // all pages are the same
	made    []byte
}

func pages(n int) *document { return &document{formats: make([]t30.Format, n), size: 3000} }

func (d *document) Format(n int) (t30.Format, bool) {
	if n >= len(d.formats) {
		return t30.Format{}, false
	}
	return d.formats[n], true
}

func (d *document) Encode(n int, _ t30.Code) ([]byte, error) {
	if !d.alike {
		return d.data(n), nil
	}
	if d.made == nil {
		d.made = d.data(0)
	}
	return d.made, nil
}

func (d *document) data(n int) []byte {
	out := []byte{0x00, 0x1b}
	for i := range d.size {
		out = append(out, byte(i*7+n)|0x41)
		if i%50 == 49 {
			out = append(out, 0x00, 0x1b)
		}
	}
	return out
}

// tray collects received pages; answer, if not nil, is asked what to say of each.
type tray struct {
	pages  []t30.Page
	answer func(p t30.Page) error
}

func (s *tray) Page(p t30.Page) error {
	if !p.Incomplete && s.answer != nil {
		if err := s.answer(p); err != nil {
			return err
		}
	}
	s.pages = append(s.pages, p)
	return nil
}

// wantPages fails the test unless the tray has exactly the document's pages.
func wantPages(t testing.TB, d *document, s *tray) {
	t.Helper()
	if len(s.pages) != len(d.formats) {
		t.Fatalf("%d pages received, want %d", len(s.pages), len(d.formats))
	}
	for i, p := range s.pages {
		if p.Number != i || p.Incomplete || !bytes.HasPrefix(p.Data, d.data(i)) {
			t.Errorf("page %d: number %d, %d octets, incomplete %t", i, p.Number, len(p.Data), p.Incomplete)
		}
	}
}
