package netx

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/acme"
)

// errPanic is what a handshake that panicked has failed with.
var errPanic = errors.New("internal error")

// Defaults of a TLSListener.
const (
	DefaultHandshake = 10 * time.Second
	DefaultPending   = 4096
)

// TLSOptions bound the handshakes of a TLSListener.
type TLSOptions struct {
	Timeout   time.Duration // for one handshake; 0 = DefaultHandshake
	Pending   int           // under way at once; 0 = DefaultPending
	Computing int           // computing, not waiting for their client, at once; 0 = GOMAXPROCS
	Log       *slog.Logger  // nil = no log
}

// TLSListener accepts connections whose handshake is done. Handshakes run side
// by side, so that a client that says nothing delays nobody. When too many are
// under way, the one that has let us wait longest makes room. One that cannot
// have its turn to compute within a quarter of its time is given up: by the time
// it were served its client would have gone.
//
// A connection it returns is a *tls.Conn. Those of an authority that checks a
// domain (RFC 8737) are not returned.
type TLSListener struct {
	inner   net.Listener
	config  *tls.Config
	opts    TLSOptions
	turns   chan struct{}
	pending pendingSet

	stats tlsCounters

	start, stop sync.Once
	stopped     chan struct{}
	stopErr     error
	running     sync.WaitGroup
	ready       chan *tls.Conn
	ended       chan struct{} // the inner listener gave up
}

type tlsCounters struct {
	done, resumed, failed, timedOut, evicted, overloaded atomic.Int64
}

// TLSStats are a TLSListener's counters, for metrics.
type TLSStats struct {
	Pending    int64 // handshakes under way now
	Done       int64 // handshakes completed
	Resumed    int64 // of these, with a session of before
	Failed     int64 // the two sides did not agree, or the client left
	TimedOut   int64 // the client was too slow
	Evicted    int64 // made room for others
	Overloaded int64 // given up for want of time to compute, or of room
}

// WrapTLS puts TLS in front of a listener whose Accept fails only for good, as
// that of a [Listener] does.
func WrapTLS(inner net.Listener, config *tls.Config, opts TLSOptions) *TLSListener {
	opts.Timeout = cmp.Or(opts.Timeout, DefaultHandshake)
	opts.Pending = cmp.Or(opts.Pending, DefaultPending)
	opts.Computing = cmp.Or(opts.Computing, runtime.GOMAXPROCS(0))
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &TLSListener{
		inner: inner, config: config, opts: opts,
		turns:   make(chan struct{}, opts.Computing),
		stopped: make(chan struct{}), ready: make(chan *tls.Conn), ended: make(chan struct{}),
	}
}

// Accept returns the next connection whose handshake is done. The first call
// begins to accept. Its error is always net.ErrClosed.
func (l *TLSListener) Accept() (net.Conn, error) {
	l.start.Do(func() { l.running.Go(l.accept) })
	select {
	case c := <-l.ready:
		return c, nil
	case <-l.ended:
		return nil, net.ErrClosed
	}
}

// Close stops accepting, ends the handshakes under way and waits for that.
// Connections returned by Accept are their owners' to close.
func (l *TLSListener) Close() error {
	l.stop.Do(func() {
		l.start.Do(func() { close(l.ended) }) // or never accepts
		close(l.stopped)
		l.stopErr = l.inner.Close()
		l.pending.close()
	})
	l.running.Wait()
	return l.stopErr
}

// Addr is the address listened on.
func (l *TLSListener) Addr() net.Addr { return l.inner.Addr() }

// Stats reads the counters.
func (l *TLSListener) Stats() TLSStats {
	return TLSStats{
		Pending: int64(l.pending.len()), Done: l.stats.done.Load(), Resumed: l.stats.resumed.Load(), Failed: l.stats.failed.Load(),
		TimedOut: l.stats.timedOut.Load(), Evicted: l.stats.evicted.Load(), Overloaded: l.stats.overloaded.Load(),
	}
}

func (l *TLSListener) accept() {
	defer close(l.ended)
	for {
		c, err := l.inner.Accept()
		if err != nil {
			return
		}
		h := &handshake{Conn: c, turns: l.turns, patience: l.opts.Timeout / 4}
		switch evicted, added := l.pending.add(h, l.opts.Pending); {
		case !added:
			l.stats.overloaded.Add(1)
			_ = c.Close() // nothing was said on it
			continue
		case evicted != nil:
			l.stats.evicted.Add(1)
			_ = evicted.Close() // its handshake fails
		}
		l.running.Go(func() { l.handshake(h) })
	}
}

// handshake ends with the connection given away or closed.
func (l *TLSListener) handshake(h *handshake) {
	c := tls.Server(h, l.config)
	if err := l.shake(h, c); err != nil {
		l.opts.Log.Debug("TLS handshake failed", "src", h.RemoteAddr().String(), "err", err)
		_ = c.Close()
		return
	}
	state := c.ConnectionState()
	l.stats.done.Add(1)
	if state.DidResume {
		l.stats.resumed.Add(1)
	}
	if state.NegotiatedProtocol == acme.ALPNProto {
		_ = c.Close() // the certificate was all it came for
		return
	}
	select {
	case l.ready <- c:
	case <-l.stopped:
		_ = c.Close()
	}
}

// shake counts what fails.
func (l *TLSListener) shake(h *handshake, c *tls.Conn) error {
	err := l.guarded(h, c)
	h.end()
	stays := l.pending.remove(h)
	if err == nil {
		err = h.SetDeadline(time.Time{})
	}
	switch {
	case err == nil, !stays: // those that had to go are counted
	case errors.Is(err, errNoTurn):
		l.stats.overloaded.Add(1)
	case errors.Is(err, os.ErrDeadlineExceeded):
		l.stats.timedOut.Add(1)
	default:
		l.stats.failed.Add(1)
	}
	return err
}

// guarded shakes hands; a panic ends this handshake alone.
func (l *TLSListener) guarded(h *handshake, c *tls.Conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			l.opts.Log.Error("TLS handshake panicked", "src", h.RemoteAddr().String(), "panic", p, "stack", string(debug.Stack()))
			err = errPanic
		}
	}()
	if err := h.SetDeadline(time.Now().Add(l.opts.Timeout)); err != nil {
		return err
	}
	return c.HandshakeContext(context.Background()) // ended by the deadline or by closing h
}
