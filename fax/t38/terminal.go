package t38

import (
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38/udptl"
)

// Config is one fax over T.38.
type Config struct {
	// Fax is what is sent or received. Its Caps are narrowed to MaxBitRate.
	Fax t30.Config
	// Version is the T38FaxVersion agreed; 0 codes some packets otherwise than later ones.
	Version int
	// MaxBitRate is the T38MaxBitRate agreed, in bit/s; 0 means 14,400.
	MaxBitRate int
	// MaxDatagram is the T38FaxMaxDatagram the peer gave, in octets; 0 means 400.
	MaxDatagram int
	// Correction is how we protect our datagrams (T38FaxUdpEC); all are understood.
	// Depth and Span are as in package udptl.
	Correction  udptl.Correction
	Depth, Span int
	// LocalTCF is the rate management in which speed checks do not cross the network.
	LocalTCF bool
}

// Result is how a fax went, and what the network did to it.
type Result struct {
	t30.Result
	Network udptl.Stats
}

// Terminal is one fax call.
type Terminal struct {
	cfg  Config
	fax  *t30.Engine
	tx   transmitter
	rx   receiver
	tail tail
	out  [][]byte // what Poll gives; the buffers are used again
	sent int      // of out
	over time.Time
}

// The flush at the end of a call, in which the farewell is repeated.
const flush = time.Second

// New makes the terminal of a call. The first Poll begins it.
func New(cfg Config) *Terminal {
	limit := cfg.MaxBitRate
	if limit == 0 {
		limit = t30.V17At14400.Rate()
	}
	if own := cfg.Fax.Caps.MaxRate; own == 0 || own > limit {
		cfg.Fax.Caps.MaxRate = limit
	}
	t := &Terminal{cfg: cfg, fax: t30.New(cfg.Fax)}
	t.tx.init(t)
	t.rx.init(t)
	return t
}

// Receive takes a datagram that came.
func (t *Terminal) Receive(datagram []byte, now time.Time) error {
	t.rx.now = now
	return t.rx.datagrams.Receive(datagram)
}

// Poll lets time pass: it gives the datagrams to be sent now, valid until the next
// call, and when to call again; zero when all is over. It is also to be called after
// Receive, which may have woken the terminal.
func (t *Terminal) Poll(now time.Time) (datagrams [][]byte, next time.Time) {
	t.sent = 0
	if t.tx.at.IsZero() {
		t.tx.start(now)
		t.fax.Start(now)
	}
	for {
		t.rx.tick(now)
		t.fax.Tick(now)
		if !t.tx.run(now) {
			break
		}
	}
	t.tail.repeat(t, now)
	return t.out[:t.sent], t.next(now)
}

func (t *Terminal) next(now time.Time) (next time.Time) {
	if _, done := t.fax.Result(); done {
		if t.over.IsZero() {
			t.over = now.Add(flush)
		}
		if !now.Before(t.over) {
			return time.Time{}
		}
		return earliest(t.over, t.tail.at)
	}
	next = earliest(t.fax.Deadline(), t.tail.at)
	if t.tx.busy {
		next = earliest(next, t.tx.at)
	}
	return earliest(next, t.rx.checked)
}

// earliest leaves out times that are zero.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Stored tells that a page its Sink called pending is stored, or why not.
func (t *Terminal) Stored(now time.Time, err error) { t.fax.Stored(now, err) }

// Cancel ends the fax; the far end is told.
func (t *Terminal) Cancel(now time.Time) { t.fax.Cancel(now) }

// Dropped ends the fax because the call is gone. Nothing more is sent.
func (t *Terminal) Dropped(now time.Time) {
	t.fax.Dropped(now)
	t.over = now
	t.tail = tail{}
}

// Done is how the fax went; ok is false until the farewell has been sent.
func (t *Terminal) Done(now time.Time) (r Result, ok bool) {
	fax, done := t.fax.Result()
	if !done || t.over.IsZero() || now.Before(t.over) {
		return Result{}, false
	}
	return Result{Result: fax, Network: t.rx.datagrams.Stats()}, true
}

// buffer is room for the next datagram.
func (t *Terminal) buffer() []byte {
	if t.sent == len(t.out) {
		t.out = append(t.out, make([]byte, 0, t.tx.datagrams.Size()))
	}
	return t.out[t.sent][:0]
}

func (t *Terminal) push(datagram []byte) {
	t.out[t.sent] = datagram
	t.sent++
}
