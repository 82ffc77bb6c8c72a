package httpx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// writeBuffer holds a whole configuration with its header, so that it leaves in one
// system call; the library's own 4 KB make it two and half as dear again.
const writeBuffer = 16 << 10

// Fast returns a fasthttp server held to the limits. It names neither itself
// nor a content type; its complaints about peers are logged at debug level.
func Fast(l Limits, handler fasthttp.RequestHandler, log *slog.Logger) *fasthttp.Server {
	l = l.withDefaults()
	return &fasthttp.Server{
		Handler:               handler,
		Logger:                peerLog{log},
		ReadTimeout:           l.Header,
		WriteTimeout:          l.Write,
		IdleTimeout:           l.Idle,
		ReadBufferSize:        l.MaxHeader,
		WriteBufferSize:       writeBuffer,
		ReduceMemoryUsage:     true, // idle connections give the buffer back
		MaxRequestBodySize:    l.MaxBody,
		Concurrency:           l.MaxConns,
		CloseOnShutdown:       true,
		NoDefaultServerHeader: true,
		NoDefaultContentType:  true,
		SecureErrorLogMessage: true,
		// Only requests with a body get the time for one.
		HeaderReceived: func(h *fasthttp.RequestHeader) (c fasthttp.RequestConfig) {
			if n := h.ContentLength(); n > 0 || n == -1 {
				c.ReadTimeout = l.Body
			}
			return c
		},
	}
}

// ServeFast serves until ctx ends, then closes the listener and idle
// connections, gives running requests the time of drain and closes what is
// left. It returns nil after a complete drain. The server cannot be used
// again.
func ServeFast(ctx context.Context, srv *fasthttp.Server, ln net.Listener, drain time.Duration) error {
	ln = patientListener{&onceListener{Listener: ln}, slack(srv)}
	conns := connSet{open: make(map[net.Conn]struct{})}
	srv.ConnState = conns.state
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("cannot serve HTTP on %q: %w", ln.Addr(), orClosed(err))
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	_ = ln.Close() // Shutdown does not know of a listener whose Serve has only begun
	err := srv.ShutdownWithContext(ctx)
	if err != nil {
		conns.close()
		err = fmt.Errorf("cannot drain HTTP on %q: %w", ln.Addr(), err)
	}
	return errors.Join(err, <-served)
}

// orClosed is err, or net.ErrClosed for a listener somebody else closed.
func orClosed(err error) error {
	if err == nil {
		return net.ErrClosed
	}
	return err
}

// onceListener closes its listener once, and says each time how that went.
type onceListener struct {
	net.Listener
	once sync.Once
	err  error
}

func (l *onceListener) Close() error {
	l.once.Do(func() { l.err = l.Listener.Close() })
	return l.err
}

// connSet knows the open connections: fasthttp's Shutdown leaves the busy ones
// open when its time is up.
type connSet struct {
	mu   sync.Mutex
	open map[net.Conn]struct{}
}

func (s *connSet) state(c net.Conn, state fasthttp.ConnState) {
	switch state {
	case fasthttp.StateNew:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open[c] = struct{}{}
	case fasthttp.StateClosed, fasthttp.StateHijacked:
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, c)
	case fasthttp.StateActive, fasthttp.StateIdle:
	}
}

func (s *connSet) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		_ = c.Close() // its time is over
	}
}

// peerLog is fasthttp's logger: what it says is about a peer, so debug.
type peerLog struct{ log *slog.Logger }

// Printf implements fasthttp.Logger.
func (l peerLog) Printf(format string, args ...any) {
	if l.log == nil || !l.log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	l.log.Debug("http connection", "err", fmt.Sprintf(format, args...))
}
