package media

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// ErrTooLong says that a recording has reached its greatest length.
var ErrTooLong = errors.New("recording too long")

// TapeConfig sets up a [Tape].
type TapeConfig struct {
	// Wide records at 16 kHz, otherwise at 8 kHz.
	Wide bool
	// Create gives what the sound is written to: frames of two samples of 16 bits, little
	// endian, the left one first. It is called in [Tape.Run] and may wait.
	Create func() (io.Writer, error)
	// Longest ends the recording with ErrTooLong; 0 is eight hours.
	Longest time.Duration
	Log     *slog.Logger // nil: none
}

const longestTape = 8 * time.Hour

// TapeEnd is what became of a recording.
type TapeEnd struct {
	// Frames is how many were written, Rate how many make a second.
	Frames int64
	Rate   int
	// Missed counts packets the recording had no time for, Foreign those in codecs it
	// does not know.
	Missed, Foreign uint64
	// Err is why it ended before Close; nil when it did not.
	Err error
}

// Tape records what streams hear, on two channels. It runs beside the loops: they put
// packets into taps, and four times a second the tape takes them out, decodes them, puts
// them where they belong in time and writes what is half a second old. Where nothing came
// there is silence.
type Tape struct {
	rate    int
	start   time.Duration
	longest int64 // frames
	since   func() time.Duration
	create  func() (io.Writer, error)
	log     *slog.Logger
	closing chan struct{}
	closed  sync.Once

	mu   sync.Mutex // guards taps
	taps []*track

	// Run's.
	to       io.Writer
	written  int64 // frames
	channels [2][]int16
	packet   [maxDatagram]byte
	frames   []byte
	end      TapeEnd
}

const (
	tapeTurn = 250 * time.Millisecond
	// tapeLag is how old sound is when it is written: what comes later is lost to the
	// recording.
	tapeLag = 500 * time.Millisecond
	// tapeWindow is how much is kept to be written.
	tapeWindow = 8 * time.Second
)

// NewTape makes a tape, which begins now. Run does its work until Close.
func (e *Engine) NewTape(c TapeConfig) *Tape { return newTape(c, e.since) }

func newTape(c TapeConfig, since func() time.Duration) *Tape {
	t := &Tape{rate: narrowRate, start: since(), since: since, create: c.Create, log: c.Log, closing: make(chan struct{})}
	if c.Wide {
		t.rate = wideRate
	}
	if c.Longest <= 0 {
		c.Longest = longestTape
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	t.longest = t.position(c.Longest)
	return t
}

// Rate is how many frames make a second.
func (t *Tape) Rate() int { return t.rate }

// Listen makes a tap for one channel: 0 is the left one, 1 the right one. Release ends it.
func (t *Tape) Listen(channel int) *Tap {
	tap := newTap(channel)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taps = append(t.taps, &track{tap: tap, rate: t.rate})
	return tap
}

// Release ends a tap; what it holds is still recorded.
func (t *Tape) Release(tap *Tap) { tap.closed.Store(true) }

// Close ends the recording; Run returns when all of it is written.
func (t *Tape) Close() { t.closed.Do(func() { close(t.closing) }) }

// Run records until Close, or until it cannot. A panic ends the recording only.
func (t *Tape) Run() (end TapeEnd) {
	defer func() {
		if r := recover(); r != nil {
			t.log.Error("recording failed", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			t.end.Err = fmt.Errorf("cannot record: %v", r)
		}
		end = t.finish()
	}()
	if t.to, t.end.Err = t.create(); t.end.Err != nil {
		return end
	}
	ticker := time.NewTicker(tapeTurn)
	defer ticker.Stop()
	for t.end.Err == nil {
		select {
		case <-ticker.C:
			t.turn(t.since() - t.start - tapeLag)
		case <-t.closing:
			t.turn(t.since() - t.start)
			t.write(t.written + int64(max(len(t.channels[0]), len(t.channels[1])))) // what has just begun to sound
			return end
		}
	}
	return end
}

// finish counts what the taps missed.
func (t *Tape) finish() TapeEnd {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tr := range t.taps {
		tr.tap.closed.Store(true)
		t.end.Missed += tr.tap.missed.Load()
		t.end.Foreign += tr.foreign
	}
	t.taps = nil
	t.end.Frames, t.end.Rate = t.written, t.rate
	return t.end
}

// position is a time since the beginning in frames.
func (t *Tape) position(d time.Duration) int64 {
	return int64(d/time.Millisecond) * int64(t.rate) / 1000
}

// turn takes in what has come and writes what is older than until.
func (t *Tape) turn(until time.Duration) {
	t.mu.Lock()
	taps := t.taps
	t.mu.Unlock()
	over := 0
	for _, tr := range taps {
		closed := tr.tap.closed.Load() // before what it still holds
		t.drain(tr)
		if closed {
			over++
		}
	}
	if over > 0 {
		t.drop()
	}
	target := t.position(until)
	if target >= t.longest {
		target = t.longest
		defer func() {
			if t.end.Err == nil {
				t.end.Err = ErrTooLong
			}
		}()
	}
	t.write(target)
}

// drain puts a tap's packets in their places.
func (t *Tape) drain(tr *track) {
	for {
		p, ok := tr.tap.next(t.packet[:])
		if !ok {
			return
		}
		at, samples := tr.place(p, t.position(p.at-t.start))
		t.put(tr.tap.channel, at, samples)
	}
}

// put copies samples into a channel, as far as their time has neither been written nor is
// beyond the window.
func (t *Tape) put(channel int, at int64, samples []int16) {
	if early := t.written - at; early > 0 {
		samples, at = samples[min(early, int64(len(samples))):], t.written
	}
	from := at - t.written
	room := t.position(tapeWindow) - from
	if room <= 0 {
		return
	}
	samples = samples[:min(room, int64(len(samples)))]
	end := int(from) + len(samples)
	if have := len(t.channels[channel]); have < end {
		t.channels[channel] = append(t.channels[channel], make([]int16, end-have)...)
	}
	copy(t.channels[channel][from:], samples)
}

// drop forgets the taps that are closed and empty.
func (t *Tape) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := make([]*track, 0, len(t.taps))
	for _, tr := range t.taps {
		if tr.tap.closed.Load() && tr.tap.head.Load() == tr.tap.tail.Load() {
			t.end.Missed += tr.tap.missed.Load()
			t.end.Foreign += tr.foreign
			continue
		}
		kept = append(kept, tr)
	}
	t.taps = kept
}

// writeAtOnce is how many frames are written at once.
const writeAtOnce = 8192

// write writes up to a frame, and silence where nothing is.
func (t *Tape) write(until int64) {
	for t.written < until && t.end.Err == nil {
		n := min(until-t.written, writeAtOnce)
		t.frames = t.frames[:0]
		for i := range n {
			for c := range t.channels {
				var v int16
				if i < int64(len(t.channels[c])) {
					v = t.channels[c][i]
				}
				t.frames = append(t.frames, byte(v), byte(uint16(v)>>8))
			}
		}
		wrote, err := t.to.Write(t.frames)
		t.written += int64(wrote / frameBytes)
		if err != nil {
			t.end.Err = fmt.Errorf("cannot write recording: %w", err)
		}
		for c := range t.channels {
			gone := min(int(n), len(t.channels[c]))
			t.channels[c] = append(t.channels[c][:0], t.channels[c][gone:]...)
		}
	}
}

// frameBytes is the size of two samples.
const frameBytes = 4
