package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Std returns a net/http server held to the limits; Write and MaxConns do not
// apply. Request bodies have the time of Body and the size of MaxBody, which
// is that of the largest; a handler bounds smaller ones itself.
func Std(l Limits, handler http.Handler, log *slog.Logger) *http.Server {
	l = l.withDefaults()
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		Handler:           limitBody(handler, l.Body, int64(l.MaxBody)),
		ReadHeaderTimeout: l.Header,
		IdleTimeout:       l.Idle,
		MaxHeaderBytes:    l.MaxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// ServeStd serves until ctx ends, then closes the listener and idle
// connections, gives running requests the time of drain and closes what is
// left. It returns nil after a complete drain. Handlers of endless streams end
// them by themselves, see http.Server.RegisterOnShutdown.
func ServeStd(ctx context.Context, srv *http.Server, ln net.Listener, drain time.Duration) error {
	served := make(chan error, 1)
	go func() {
		err := srv.Serve(ln)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		served <- err
	}()
	select {
	case err := <-served:
		return fmt.Errorf("cannot serve HTTP on %q: %w", ln.Addr(), orClosed(err))
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := srv.Shutdown(ctx)
	if err != nil {
		err = fmt.Errorf("cannot drain HTTP on %q: %w", ln.Addr(), errors.Join(err, srv.Close()))
	}
	return errors.Join(err, <-served)
}

// limitBody bounds the time and size of request bodies. The deadline is lifted
// at the end of the body: past it, net/http would cancel the request.
func limitBody(next http.Handler, limit time.Duration, size int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		rc := http.NewResponseController(w)
		_ = rc.SetReadDeadline(time.Now().Add(limit)) // no deadlines: the server is a test's recorder
		bounded := *r
		bounded.Body = &limitedBody{http.MaxBytesReader(w, r.Body, size), rc}
		next.ServeHTTP(w, &bounded)
	})
}

// limitedBody is a request body with a size and a deadline.
type limitedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
