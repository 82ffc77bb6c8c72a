package netx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Pauses after a failed accept: the first, doubled up to the longest.
const (
	firstPause = 5 * time.Millisecond
	maxPause   = time.Second
)

// Options bound a Listener.
type Options struct {
	MaxConns  int                   // open connections; 0 = no cap
	PerSource int                   // open connections of one source; 0 = no cap
	Exempt    func(netip.Addr) bool // sources without a cap of their own; nil = none
	Log       *slog.Logger          // nil = no log
}

// Listener accepts connections within caps. A connection over a cap is closed
// at once, the open ones stay. A failed accept (no descriptors, no memory, a
// connection gone before it was taken) is tried again after a pause: only
// Close ends the loop.
type Listener struct {
	inner net.Listener
	opts  Options

	open, refusedTotal, refusedSource, failed atomic.Int64

	closeOnce sync.Once
	closed    chan struct{}
	closeErr  error

	mu      sync.Mutex
	sources map[netip.Addr]int
}

// Stats are a listener's counters, for metrics.
type Stats struct {
	Open          int64 // connections open now
	RefusedTotal  int64 // closed because of MaxConns
	RefusedSource int64 // closed because of PerSource
	Failed        int64 // accepts that failed
}

// Listen listens on a TCP address; port 0 takes a free one.
func Listen(ctx context.Context, addr string, opts Options) (*Listener, error) {
	var lc net.ListenConfig
	inner, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %q: %w", addr, err)
	}
	return Wrap(inner, opts), nil
}

// Wrap bounds a listener that already listens.
func Wrap(inner net.Listener, opts Options) *Listener {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Listener{inner: inner, opts: opts, closed: make(chan struct{}), sources: make(map[netip.Addr]int)}
}

// Accept returns the next connection within the caps. Its error is always
// net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	pause := firstPause
	for {
		c, err := l.inner.Accept()
		if err == nil {
			pause = firstPause
			if admitted := l.admit(c); admitted != nil {
				return admitted, nil
			}
			continue
		}
		if errors.Is(err, net.ErrClosed) || l.isClosed() {
			return nil, net.ErrClosed
		}
		l.failed.Add(1)
		l.opts.Log.Warn("cannot accept a connection", "addr", l.inner.Addr().String(), "pause", pause, "err", err)
		if !l.wait(pause) {
			return nil, net.ErrClosed
		}
		pause = min(2*pause, maxPause)
	}
}

// Close stops accepting; open connections are their owners' to close.
func (l *Listener) Close() error {
	l.closeOnce.Do(func() {
		close(l.closed)
		l.closeErr = l.inner.Close()
	})
	return l.closeErr
}

// Addr is the address listened on, with the real port.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Stats reads the counters.
func (l *Listener) Stats() Stats {
	return Stats{
		Open: l.open.Load(), RefusedTotal: l.refusedTotal.Load(),
		RefusedSource: l.refusedSource.Load(), Failed: l.failed.Load(),
	}
}

func (l *Listener) isClosed() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

// wait reports false when the listener was closed meanwhile.
func (l *Listener) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.closed:
		return false
	}
}

// admit counts c in, or closes it and returns nil.
func (l *Listener) admit(c net.Conn) net.Conn {
	addr := AddrOf(c.RemoteAddr())
	src := Source(addr)
	if l.opts.PerSource <= 0 || l.opts.Exempt != nil && l.opts.Exempt(addr) {
		src = netip.Addr{}
	}
	var refused *atomic.Int64
	l.mu.Lock()
	switch {
	case l.opts.MaxConns > 0 && l.open.Load() >= int64(l.opts.MaxConns):
		refused = &l.refusedTotal
	case src.IsValid() && l.sources[src] >= l.opts.PerSource:
		refused = &l.refusedSource
	default:
		l.open.Add(1)
		if src.IsValid() {
			l.sources[src]++
		}
	}
	l.mu.Unlock()
	if refused != nil {
		refused.Add(1)
		_ = c.Close() // nothing was said on it
		return nil
	}
	return &conn{Conn: c, listener: l, source: src}
}

func (l *Listener) release(src netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open.Add(-1)
	if !src.IsValid() {
		return
	}
	if l.sources[src]--; l.sources[src] == 0 {
		delete(l.sources, src)
	}
}

// conn gives its place back when it is closed.
type conn struct {
	net.Conn
	listener *Listener
	source   netip.Addr // not valid when it has no cap of its own
	once     sync.Once
}

func (c *conn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { c.listener.release(c.source) })
	return err
}
