package netx

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2")) // gone 10 s after a stop
}

// fake is a listener that hands out what it was given.
type fake struct {
	results chan any // net.Conn or error
	closed  chan struct{}
}

func newFake(results ...any) *fake {
	f := &fake{results: make(chan any, len(results)), closed: make(chan struct{})}
	for _, r := range results {
		f.results <- r
	}
	return f
}

func (f *fake) Accept() (net.Conn, error) {
	select {
	case r := <-f.results:
		if err, failed := r.(error); failed {
			return nil, err
		}
		return r.(net.Conn), nil
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

func (f *fake) Close() error   { close(f.closed); return nil }
func (f *fake) Addr() net.Addr { return &net.TCPAddr{} }

// peer is a connection from an address; it counts closes.
type peer struct {
	net.Conn
	addr   string
	closes int
}

func from(addr string) *peer { return &peer{addr: addr} }

func (p *peer) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(p.addr), 1024))
}
func (p *peer) Close() error { p.closes++; return nil }

// Without descriptors the listener pauses, longer each time, and goes on.
func TestAcceptBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		emfile := &net.OpError{Op: "accept", Err: syscall.EMFILE}
		inner := newFake(emfile, syscall.ENFILE, syscall.ECONNABORTED, errors.New("strange"), emfile, emfile, emfile, emfile, emfile, from("192.0.2.1"))
		l := Wrap(inner, Options{})
		start := time.Now()
		if _, err := l.Accept(); err != nil {
			t.Fatal(err)
		}
		// 5+10+20+40+80+160+320+640+1000 ms on the fake clock
		if got, want := time.Since(start), 2275*time.Millisecond; got != want {
			t.Errorf("paused %s in total, want %s", got, want)
		}
		if got := l.Stats(); got.Failed != 9 || got.Open != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestCloseEndsAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := Wrap(newFake(syscall.EMFILE), Options{})
		done := make(chan error)
		go func() {
			_, err := l.Accept()
			done <- err
		}()
		synctest.Wait()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept after Close: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
	})
}

func TestCaps(t *testing.T) {
	a1, a2, a3, b1, c1, c2 := from("192.0.2.1"), from("192.0.2.1"), from("192.0.2.1"), from("2001:db8::1"), from("2001:db8::2"), from("192.0.2.3")
	inner := newFake(a1, a2, a3, b1, c1, c2, from("192.0.2.4"))
	l := Wrap(inner, Options{MaxConns: 4, PerSource: 2})
	var open []net.Conn
	accept := func() {
		t.Helper()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	for range 4 { // a1 a2, not a3, b1, c1 of the same /64
		accept()
	}
	if a3.closes != 1 || a1.closes+a2.closes+b1.closes+c1.closes != 0 {
		t.Error("not the newest connection of the source was refused")
	}
	if err := open[0].Close(); err != nil {
		t.Error(err)
	}
	_ = open[0].Close()            // twice gives one place back
	accept()                       // c2 takes it
	inner.results <- net.ErrClosed // behind the connection that is over the total
	if got, want := l.Stats(), (Stats{Open: 4, RefusedSource: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if got := l.Stats(); got.RefusedTotal != 1 {
		t.Errorf("%+v, want one refused for the total", got)
	}
	for _, c := range open {
		_ = c.Close()
	}
	if l.Stats().Open != 0 || len(l.sources) != 0 {
		t.Errorf("%+v and %v remain", l.Stats(), l.sources)
	}
}

func TestExemptSource(t *testing.T) {
	proxy := netip.MustParseAddr("127.0.0.1")
	l := Wrap(newFake(from("127.0.0.1"), from("127.0.0.1"), from("127.0.0.1")), Options{
		PerSource: 1, Exempt: func(a netip.Addr) bool { return a == proxy },
	})
	for range 3 {
		if _, err := l.Accept(); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.Stats(); got.Open != 3 {
		t.Errorf("%+v", got)
	}
}

func TestListen(t *testing.T) {
	l, err := Listen(t.Context(), "127.0.0.1:0", Options{PerSource: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := Listen(t.Context(), l.Addr().String(), Options{}); err == nil {
		t.Error("listened twice on one address")
	}
	first, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	second, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = l.Accept()
	}()
	_ = second.SetReadDeadline(time.Now().Add(10 * time.Second))
	var timeout net.Error
	if _, err := second.Read(make([]byte, 1)); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("the second connection was not closed: %v", err)
	}
	_ = l.Close()
	<-done
}
