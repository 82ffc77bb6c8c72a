package httpx

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/valyala/fasthttp"
)

// countingConn counts the deadlines set.
type countingConn struct {
	net.Conn
	sets *atomic.Int64
}

func (c countingConn) SetReadDeadline(t time.Time) error {
	c.sets.Add(1)
	return c.Conn.SetReadDeadline(t)
}

func (c countingConn) SetWriteDeadline(t time.Time) error {
	c.sets.Add(1)
	return c.Conn.SetWriteDeadline(t)
}

// countingPipe is a pipe whose connections count the deadlines set.
type countingPipe struct {
	*pipe
	sets atomic.Int64
}

func (p *countingPipe) Accept() (net.Conn, error) {
	c, err := p.pipe.Accept()
	return countingConn{c, &p.sets}, err
}

// Requests that come together need no deadlines but the first's; those that come
// apart need two each, for waiting and for the answer.
func TestFewDeadlines(t *testing.T) {
	for name, tc := range map[string]struct {
		pause  time.Duration
		lo, hi int64
	}{
		"together": {0, 2, 4},
		"apart":    {time.Second, 20, 24},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				ln := &countingPipe{pipe: newPipe()}
				served := make(chan error, 1)
				srv := Fast(Limits{}, func(*fasthttp.RequestCtx) {}, nil)
				srv.StreamRequestBody = true // keeps the connection's buffer
				go func() { served <- ServeFast(ctx, srv, ln, time.Second) }()
				c := ln.dial()
				r := bufio.NewReader(c)
				for range 10 {
					_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
					if status, _ := read(t, r); status != http.StatusOK {
						t.Fatal(status)
					}
					time.Sleep(tc.pause)
				}
				synctest.Wait()
				if got := ln.sets.Load(); got < tc.lo || got > tc.hi {
					t.Errorf("%d deadlines set, want %d to %d", got, tc.lo, tc.hi)
				}
				_ = c.Close()
				cancel()
				<-served
				time.Sleep(time.Minute) // for fasthttp's cleaner to end
			})
		})
	}
}

// Every request of a connection gets the same time for its header, whatever the one
// before it had.
func TestSlowHeaderLater(t *testing.T) {
	run(t, limits, answer{}, func(t *testing.T, ln *pipe, _ func() error) {
		c := ln.dial()
		defer c.Close()
		r := bufio.NewReader(c)
		for range 3 {
			_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			if status, _ := read(t, r); status != http.StatusOK {
				t.Fatal(status)
			}
		}
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHo")
		if got := closedAfter(c); got < limits.Header-time.Second || got > limits.Header+2*time.Second {
			t.Errorf("half a header was closed after %s, want about %s", got, limits.Header)
		}
	})
}

// A peer that does not take its answer loses the connection.
func TestStalledAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ln, served := newPipe(), make(chan error, 1)
		l := limits
		l.Write = 20 * time.Second
		go func() { served <- serveFast(ctx, ln, l, answer{before: func() {}}, time.Second) }()
		c := ln.dial()
		r := bufio.NewReader(c)
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		_, _ = read(t, r)
		time.Sleep(l.Idle - time.Second) // past the first answer's time
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if status, _ := read(t, r); status != http.StatusOK {
			t.Fatal(status)
		}
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		time.Sleep(l.Write + time.Second)
		if n, err := io.Copy(io.Discard, c); n > 0 || err != nil {
			t.Errorf("%d bytes of the answer nobody took, %v", n, err)
		}
		cancel()
		<-served
		time.Sleep(time.Minute)
	})
}

func TestSettle(t *testing.T) {
	start := time.Unix(1000, 0)
	at := func(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }
	for name, tc := range map[string]struct {
		want, set time.Time
		due       bool
	}{
		"none, none":    {},
		"first":         {want: at(0), due: true},
		"none any more": {set: at(0), due: true},
		"same":          {want: at(1), set: at(1)},
		"a bit later":   {want: at(1.25), set: at(1)},
		"later":         {want: at(1.26), set: at(1), due: true},
		"sooner":        {want: at(0.99), set: at(1), due: true},
	} {
		d := deadline{want: tc.want, set: tc.set}
		if got := d.settle(maxSlack); got != tc.due || got && !d.set.Equal(tc.want) {
			t.Errorf("%s: %t, set %s", name, got, d.set)
		}
	}
}

func TestSlack(t *testing.T) {
	for _, tc := range []struct {
		limits Limits
		want   time.Duration
	}{
		{Limits{}, maxSlack},
		{Limits{Idle: 160 * time.Millisecond}, 10 * time.Millisecond},
		{Limits{Write: time.Second}, time.Second / slackShare},
	} {
		if got := slack(Fast(tc.limits, func(*fasthttp.RequestCtx) {}, nil)); got != tc.want {
			t.Errorf("%+v: %s", tc.limits, got)
		}
	}
}
