package t30_test

import (
	"bytes"
	"math/bits"
	"slices"
	"testing"
	"time"

	"dialtone/fax/t30"
)

// forger is a caller that says what it likes to a receiver.
type forger struct {
	e    *t30.Engine
	now  time.Time
	said []byte // kinds of frames the receiver said last
	sink *tray
}

// forge is a receiver that was told how pages come, with error correction, and has
// confirmed the speed check.
func forge(t *testing.T) *forger {
	t.Helper()
	f := &forger{now: epoch, sink: &tray{}}
	f.e = t30.New(t30.Config{Caps: t30.AllCaps(), Sink: f.sink})
	f.e.Start(f.now)
	f.pass(5 * time.Second)
	f.say(0xc1, 0x00, 0x44, 0x1f, 0x22)
	f.e.Carrier(f.now, t30.V17At14400)
	f.e.Bits(f.now, make([]byte, 14400*3/16))
	f.e.Drop(f.now)
	f.pass(3 * time.Second)
	f.want(t, 0x21)
	return f
}

// pass lets time pass; every signal takes a fifth of a second.
func (f *forger) pass(d time.Duration) {
	for end := f.now.Add(d); f.now.Before(end); {
		if s, ok := f.e.Take(); ok {
			f.now = f.now.Add(200 * time.Millisecond)
			if s.Kind == t30.Frames {
				f.said = append(f.said, s.Frames[len(s.Frames)-1][2])
			}
			f.e.Sent(f.now)
			continue
		}
		if at := f.e.Deadline(); !at.IsZero() && at.Before(end) {
			f.now = at
			f.e.Tick(f.now)
			continue
		}
		f.now = end
	}
}

// say says a command and hears the reply.
func (f *forger) say(command ...byte) {
	f.said = nil
	f.e.Carrier(f.now, t30.V21)
	f.e.Frame(f.now, append([]byte{0xff, 0xc8}, command...), true)
	f.e.Drop(f.now)
	f.pass(time.Second)
}

// send sends frames of a page, those of the numbers.
func (f *forger) send(data byte, numbers ...byte) {
	f.e.Carrier(f.now, t30.V17At14400)
	for _, n := range numbers {
		f.e.Frame(f.now, append([]byte{0xff, 0xc0, 0x60, bits.Reverse8(n)}, bytes.Repeat([]byte{data}, 256)...), true)
	}
	f.e.Drop(f.now)
	f.pass(100 * time.Millisecond)
}

func (f *forger) want(t *testing.T, said ...byte) {
	t.Helper()
	if !slices.Equal(f.said, said) {
		t.Fatalf("the receiver said %x, want %x", f.said, said)
	}
}

// Commands of a caller, and replies, as octets.
const (
	cPPS, cEOR, cMPS, cEOP = 0xfd, 0xf3, 0xf2, 0xf4
	rMCF, rPPR, rERR, rDCN = 0x31, 0x3d, 0x38, 0x5f
)

// A page whose correction is given up counts once, however often that is said.
func TestGivenUpTwice(t *testing.T) {
	f := forge(t)
	f.send(1, 0, 2)
	f.say(cPPS, cMPS, 0, 0, bits.Reverse8(2))
	f.want(t, rPPR)
	for range 3 {
		f.say(cEOR, cMPS)
		f.want(t, rERR)
	}
	f.send(2, 0)
	f.say(cPPS, cEOP, bits.Reverse8(1), 0, 0)
	f.want(t, rMCF)
	if got := f.sink.pages; len(got) != 2 || !got[0].Incomplete || got[1].Incomplete || got[1].Number != 1 {
		t.Fatalf("%d pages: %+v", len(got), got)
	}
	f.e.Dropped(f.now)
	if r, _ := f.e.Result(); r.Outcome != t30.Uncorrectable || r.Pages != 1 {
		t.Errorf("%+v", r)
	}
}

// Of a page that goes on after a part that was given up, what came of that part stays.
func TestPartGivenUp(t *testing.T) {
	f := forge(t)
	f.send(1, 0, 1, 3)
	f.say(cPPS, 0, 0, 0, bits.Reverse8(3))
	f.want(t, rPPR)
	f.say(cEOR, 0)
	f.want(t, rERR)
	f.send(2, 0)
	f.say(cPPS, cEOP, 0, bits.Reverse8(1), 0)
	f.want(t, rMCF)
	if got := f.sink.pages; len(got) != 1 || len(got[0].Data) != 3*256 || got[0].Data[0] != 1 || got[0].Data[512] != 2 {
		t.Errorf("%d pages: %+v", len(got), got)
	}
}

// However a caller counts, there are no more pages than are taken.
func TestNoMorePages(t *testing.T) {
	f := forge(t)
	for range t30.MaxPages + 5 {
		f.send(1, 0)
		f.say(cEOR, cMPS)
		if _, done := f.e.Result(); done {
			break
		}
	}
	r, done := f.e.Result()
	if !done || r.Outcome != t30.TooLarge || len(f.sink.pages) > t30.MaxPages {
		t.Errorf("%+v after %d pages, done %t", r, len(f.sink.pages), done)
	}

	f = forge(t)
	for range t30.MaxPages {
		f.send(1, 0)
		f.say(cPPS, cMPS, 0, 0, 0)
		f.want(t, rMCF)
	}
	f.send(1, 0)
	f.say(cPPS, cMPS, 0, 0, 0)
	f.want(t, rDCN)
	if n := len(f.sink.pages); n != t30.MaxPages {
		t.Errorf("%d pages", n)
	}
}

// A page that its Sink finds too large ends the fax.
func TestSinkTooLarge(t *testing.T) {
	f := forge(t)
	f.sink.answer = func(t30.Page) error { return t30.ErrTooLarge }
	f.send(1, 0)
	f.say(cPPS, cEOP, 0, 0, 0)
	f.want(t, rDCN)
	if r, _ := f.e.Result(); r.Outcome != t30.TooLarge || r.Pages != 0 {
		t.Errorf("%+v", r)
	}
}
