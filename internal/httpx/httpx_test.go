package httpx

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/valyala/fasthttp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// fasthttp keeps one clock for Date headers, started with the first answer:
	// here, outside of the tests' own time.
	ln := newPipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = ServeFast(ctx, Fast(Limits{}, func(*fasthttp.RequestCtx) {}, nil), ln, time.Second)
	}()
	c := ln.dial()
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	_, _ = io.ReadAll(c)
	cancel()
	<-done
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2")) // gone 10 s after a stop
}

// pipe is a listener whose connections live in memory, so that tests have
// their own time.
type pipe struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipe() *pipe { return &pipe{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipe) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipe) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipe) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours
}

// answer is what both servers of a test do with a request.
type answer struct {
	before func() // runs before the answer
}

// server serves until its context ends.
type server func(ctx context.Context, ln net.Listener, l Limits, a answer, drain time.Duration) error

func serveFast(ctx context.Context, ln net.Listener, l Limits, a answer, drain time.Duration) error {
	return ServeFast(ctx, Fast(l, func(rc *fasthttp.RequestCtx) {
		a.before()
		rc.SetBodyString("hello")
	}, nil), ln, drain)
}

func serveStd(ctx context.Context, ln net.Listener, l Limits, a answer, drain time.Duration) error {
	return ServeStd(ctx, Std(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, "body", http.StatusRequestEntityTooLarge)
			return
		}
		a.before()
		if r.Context().Err() != nil {
			http.Error(w, "cancelled", http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, "hello")
	}), nil), ln, drain)
}

// run tests both servers, each in a time of its own.
func run(t *testing.T, l Limits, a answer, test func(t *testing.T, ln *pipe, stop func() error)) {
	for name, serve := range map[string]server{"fast": serveFast, "std": serveStd} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				ln := newPipe()
				served := make(chan error, 1)
				if a.before == nil {
					a.before = func() {}
				}
				go func() { served <- serve(ctx, ln, l, a, 10*time.Second) }()
				stop := sync.OnceValue(func() error { cancel(); return <-served })
				defer func() {
					_ = stop()
					time.Sleep(10 * time.Minute) // for handlers, slow clients and fasthttp's cleaner to end
				}()
				test(t, ln, stop)
			})
		})
	}
}

var limits = Limits{Header: 5 * time.Second, Body: 20 * time.Second, Idle: 30 * time.Second, MaxBody: 100}

// trickle writes text a byte a second until all is written or the peer closes.
func trickle(c net.Conn, text string) (written int) {
	for i := range len(text) {
		if _, err := c.Write([]byte{text[i]}); err != nil {
			break
		}
		written++
		time.Sleep(time.Second)
	}
	return written
}

// closedAfter reads to the end and says how long that took.
func closedAfter(c net.Conn) time.Duration {
	start := time.Now()
	_, _ = io.Copy(io.Discard, c)
	return time.Since(start)
}

func TestSlowHeader(t *testing.T) {
	run(t, limits, answer{}, func(t *testing.T, ln *pipe, _ func() error) {
		c := ln.dial()
		defer c.Close()
		go trickle(c, "GET / HTTP/1.1\r\nHost: "+strings.Repeat("a", 1000))
		if got := closedAfter(c); got < limits.Header || got > limits.Header+2*time.Second {
			t.Errorf("a header of a byte a second was closed after %s, want about %s", got, limits.Header)
		}
	})
}

func TestSilentConnection(t *testing.T) {
	run(t, limits, answer{}, func(t *testing.T, ln *pipe, _ func() error) {
		c := ln.dial()
		defer c.Close()
		if got := closedAfter(c); got < limits.Header || got > limits.Header+2*time.Second {
			t.Errorf("a silent connection was closed after %s, want about %s", got, limits.Header)
		}
	})
}

func TestSlowBody(t *testing.T) {
	const header = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n"
	run(t, limits, answer{}, func(t *testing.T, ln *pipe, _ func() error) {
		c := ln.dial()
		defer c.Close()
		go func() {
			_, _ = io.WriteString(c, header)
			trickle(c, strings.Repeat("b", 50))
		}()
		if got := closedAfter(c); got < limits.Body || got > limits.Body+2*time.Second {
			t.Errorf("a body of a byte a second was closed after %s, want about %s", got, limits.Body)
		}
	})
}

// A body may take longer than a header, and its handler longer than the body.
func TestBodyInTime(t *testing.T) {
	slow := answer{before: func() { time.Sleep(5 * time.Minute) }}
	run(t, limits, slow, func(t *testing.T, ln *pipe, _ func() error) {
		c := ln.dial()
		defer c.Close()
		go func() {
			_, _ = io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n\r\n")
			trickle(c, strings.Repeat("b", 10))
		}()
		status, body := read(t, bufio.NewReader(c))
		if status != http.StatusOK || body != "hello" {
			t.Errorf("got %d %q", status, body)
		}
	})
}

func TestIdleConnection(t *testing.T) {
	run(t, limits, answer{}, func(t *testing.T, ln *pipe, _ func() error) {
		c := ln.dial()
		defer c.Close()
		r := bufio.NewReader(c)
		for range 2 {
			go func() { _, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n") }()
			if status, _ := read(t, r); status != http.StatusOK {
				t.Fatal(status)
			}
			time.Sleep(limits.Idle - time.Second)
		}
		if got := closedAfter(c); got > 2*time.Second {
			t.Errorf("closed %s after its time", got)
		}
	})
}

func TestTooLarge(t *testing.T) {
	for name, tc := range map[string]struct {
		request string
		status  []int
	}{
		"header": {"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 20_000) + "\r\n\r\n", []int{431}},
		"line":   {"GET /" + strings.Repeat("x", 20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", []int{431}},
		"body":   {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n" + strings.Repeat("x", 101), []int{400, 413}},
		"chunks": {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + strings.Repeat("x", 101) + "\r\n0\r\n\r\n", []int{400, 413}},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, limits, answer{}, func(t *testing.T, ln *pipe, _ func() error) {
				c := ln.dial()
				defer c.Close()
				go func() { _, _ = io.WriteString(c, tc.request) }()
				status, _ := read(t, bufio.NewReader(c))
				for _, want := range tc.status {
					if status == want {
						return
					}
				}
				t.Errorf("got %d, want one of %d", status, tc.status)
			})
		})
	}
}

func TestDrain(t *testing.T) {
	slow := answer{before: func() { time.Sleep(4 * time.Second) }}
	run(t, limits, slow, func(t *testing.T, ln *pipe, stop func() error) {
		c := ln.dial()
		defer c.Close()
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		synctest.Wait() // the handler runs
		stopped := make(chan error, 1)
		go func() { stopped <- stop() }()
		if status, body := read(t, bufio.NewReader(c)); status != http.StatusOK || body != "hello" {
			t.Errorf("the running request got %d %q", status, body)
		}
		if err := <-stopped; err != nil {
			t.Errorf("stop: %v", err)
		}
	})
}

func TestDrainTimeout(t *testing.T) {
	slow := answer{before: func() { time.Sleep(time.Minute) }}
	run(t, limits, slow, func(t *testing.T, ln *pipe, stop func() error) {
		c := ln.dial()
		defer c.Close()
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		synctest.Wait()
		if err := stop(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("stop: %v", err)
		}
		if got := closedAfter(c); got != 0 {
			t.Errorf("the connection lived %s longer", got)
		}
	})
}

// A server told to stop before it has begun stops.
func TestStopAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, serve := range map[string]server{"fast": serveFast, "std": serveStd} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if err := serve(ctx, ln, limits, answer{}, time.Second); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListenerLost(t *testing.T) {
	run(t, limits, answer{}, func(t *testing.T, ln *pipe, _ func() error) { _ = ln.Close() })
	ln := newPipe()
	_ = ln.Close()
	for name, serve := range map[string]server{"fast": serveFast, "std": serveStd} {
		if err := serve(t.Context(), ln, limits, answer{}, time.Second); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// read reads one answer.
func read(t *testing.T, r *bufio.Reader) (status int, body string) {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b.String()
}
