package fax

import (
	"context"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/fax/t38/udptl"
)

// Agreed is what two sides agreed on for T.38 (ITU-T T.38 annex D).
type Agreed struct {
	Version     int
	MaxBitRate  int // bit/s; 0 is 14,400
	MaxDatagram int // octets the far end takes; 0 is 400
	LocalTCF    bool
	FEC         bool // protect with parity instead of redundancy
	None        bool // no protection
}

// waiting is how many datagrams may wait for a session.
const waiting = 256

// redundancy is how many earlier packets a datagram repeats.
const redundancy = 3

// stored is what came of storing a page; apply notes it. The terminal hears of one that is
// awaited.
type stored struct {
	apply   func()
	awaited bool
	err     error
}

// Session is one fax over one T.38 call: datagrams in and out. Its own goroutine owns the
// terminal.
type Session struct {
	in     chan []byte
	stored chan stored
	hungUp chan struct{}
	done   chan struct{}
	cancel chan struct{}
	result t38.Result
}

func newSession() *Session {
	return &Session{
		in: make(chan []byte, waiting), stored: make(chan stored, 1),
		hungUp: make(chan struct{}, 1), cancel: make(chan struct{}, 1), done: make(chan struct{}),
	}
}

// Datagram gives the session what came, a copy of its own. It never waits: what comes
// faster than a terminal can read is lost, as on any network.
func (s *Session) Datagram(b []byte) {
	select {
	case s.in <- b:
	default:
	}
}

// HungUp says that the call has ended.
func (s *Session) HungUp() { poke(s.hungUp) }

// Cancel ends the fax; the far end is told.
func (s *Session) Cancel() { poke(s.cancel) }

// Done is closed when the fax is over and the call is to be ended.
func (s *Session) Done() <-chan struct{} { return s.done }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// config is the terminal's for what was agreed.
func (a Agreed) config(fax t30.Config) t38.Config {
	c := t38.Config{
		Fax: fax, Version: a.Version, MaxBitRate: a.MaxBitRate, MaxDatagram: a.MaxDatagram,
		Correction: udptl.Redundancy, Depth: redundancy, LocalTCF: a.LocalTCF,
	}
	if a.FEC {
		c.Correction, c.Depth, c.Span = udptl.FEC, redundancy, redundancy
	}
	if a.None {
		c.Correction = udptl.None
	}
	return c
}

// run lets the terminal talk until the fax is over.
func (s *Session) run(ctx context.Context, now func() time.Time, terminal *t38.Terminal, send func([]byte)) {
	defer close(s.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		out, next := terminal.Poll(now())
		for _, b := range out {
			send(b)
		}
		if r, ok := terminal.Done(now()); ok {
			s.result = r
			return
		}
		if !next.IsZero() {
			timer.Reset(max(next.Sub(now()), time.Millisecond))
		}
		select {
		case <-timer.C:
		case b := <-s.in:
			_ = terminal.Receive(b, now()) // counted in its statistics
			s.drain(terminal, now)
		case p := <-s.stored:
			if p.apply(); p.awaited {
				terminal.Stored(now(), p.err)
			}
		case <-s.cancel:
			terminal.Cancel(now())
		case <-s.hungUp:
			terminal.Dropped(now())
		case <-ctx.Done():
			terminal.Dropped(now())
			ctx = context.WithoutCancel(ctx)
		}
	}
}

// drain takes what else waits, and lets the terminal speak in between.
func (s *Session) drain(terminal *t38.Terminal, now func() time.Time) {
	for range waiting {
		select {
		case b := <-s.in:
			_ = terminal.Receive(b, now())
		default:
			return
		}
	}
}
