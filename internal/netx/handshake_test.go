package netx

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// tlsFixture is a TLSListener in memory whose connections echo.
type tlsFixture struct {
	*TLSListener
	pipe *pipeListener
	cert *Certificate
}

// echo serves until the listener is closed.
func echo(l net.Listener) (wait func()) {
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			})
		}
	})
	return all.Wait
}

func runTLS(t *testing.T, opts TLSOptions, test func(t *testing.T, f *tlsFixture)) {
	cert := load(t, newAuthority(t, "a").issueFiles(t, keyECDSA, "p.example"))
	synctest.Test(t, func(t *testing.T) {
		pipe := newPipeListener()
		f := &tlsFixture{WrapTLS(pipe, ServerTLS{Files: cert}.Config(), opts), pipe, cert}
		wait := echo(f)
		defer wait()
		defer f.Close()
		test(t, f)
	})
}

// dial connects and says nothing.
func (f *tlsFixture) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := f.pipe.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return c
}

// shake connects and shakes hands.
func (f *tlsFixture) shake(t *testing.T) (*tls.Conn, error) {
	t.Helper()
	return over(t, f.dial(t))
}

func over(t *testing.T, raw net.Conn) (*tls.Conn, error) {
	c := tls.Client(raw, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // not what is tested
	return c, c.HandshakeContext(t.Context())
}

// alive reports whether the connection still echoes.
func alive(c net.Conn) bool {
	if _, err := c.Write([]byte("hello")); err != nil {
		return false
	}
	_, err := io.ReadFull(c, make([]byte, 5))
	return err == nil
}

func TestStuckClient(t *testing.T) {
	runTLS(t, TLSOptions{Computing: 1}, func(t *testing.T, f *tlsFixture) {
		stuck := f.dial(t)
		defer stuck.Close()
		half := f.dial(t)
		defer half.Close()
		if _, err := half.Write([]byte{22, 3, 1, 0, 200, 1}); err != nil {
			t.Fatal(err)
		}
		for range 3 { // nobody waits for them
			c, err := f.shake(t)
			if err != nil || !alive(c) {
				t.Fatal(err)
			}
			defer c.Close()
		}
		if got, want := f.Stats(), (TLSStats{Pending: 2, Done: 3}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		time.Sleep(DefaultHandshake)
		synctest.Wait()
		if _, err := stuck.Read(make([]byte, 1)); err == nil {
			t.Error("the silent connection is still open")
		}
		if got, want := f.Stats(), (TLSStats{Done: 3, TimedOut: 2}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

// An established connection has no deadline, and outlives reloads and the
// listener.
func TestEstablishedConnection(t *testing.T) {
	runTLS(t, TLSOptions{}, func(t *testing.T, f *tlsFixture) {
		c, err := f.shake(t)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		time.Sleep(24 * time.Hour)
		if !alive(c) {
			t.Error("closed within a day")
		}
		if err := f.cert.Reload(); err != nil || !alive(c) {
			t.Error("closed by a reload", err)
		}
		stopped := make(chan struct{})
		go func() { defer close(stopped); _ = f.Close() }()
		synctest.Wait()
		<-stopped
		if !alive(c) {
			t.Error("closed with the listener")
		}
	})
}

func TestOldestMakesRoom(t *testing.T) {
	runTLS(t, TLSOptions{Pending: 2}, func(t *testing.T, f *tlsFixture) {
		var stuck []net.Conn
		for range 4 {
			stuck = append(stuck, f.dial(t))
			defer stuck[len(stuck)-1].Close()
		}
		c, err := f.shake(t)
		if err != nil || !alive(c) {
			t.Fatal(err)
		}
		defer c.Close()
		if got, want := f.Stats(), (TLSStats{Pending: 1, Done: 1, Evicted: 3}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		_ = stuck[3].SetReadDeadline(time.Now().Add(time.Second))
		if _, err := stuck[2].Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("an old one is still open: %v", err)
		}
		var timeout net.Error
		if _, err := stuck[3].Read(make([]byte, 1)); !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("the newest was closed: %v", err)
		}
	})
}

func TestNoTurn(t *testing.T) {
	runTLS(t, TLSOptions{Computing: 1, Pending: 1}, func(t *testing.T, f *tlsFixture) {
		f.turns <- struct{}{} // somebody computes for ever
		failed := make(chan error)
		raw := f.dial(t)
		go func() {
			c, err := over(t, raw)
			_ = c.Close()
			failed <- err
		}()
		synctest.Wait() // it has said hello
		if c, err := f.shake(t); err == nil {
			t.Error("found room where all others compute")
		} else {
			_ = c.Close()
		}
		if err := <-failed; err == nil {
			t.Error("shook hands out of turn")
		}
		synctest.Wait()
		if got, want := f.Stats(), (TLSStats{Overloaded: 2}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		<-f.turns
		c, err := f.shake(t)
		if err != nil {
			t.Error(err)
		}
		_ = c.Close()
	})
}

// Turns are given back, whatever becomes of a handshake.
func TestTurnsAreGivenBack(t *testing.T) {
	runTLS(t, TLSOptions{Computing: 1}, func(t *testing.T, f *tlsFixture) {
		for _, text := range []string{"", "GET / HTTP/1.1\r\n\r\n", string(hello(tls.TLS_RSA_WITH_RC4_128_SHA))} {
			c := f.dial(t)
			go func() { _, _ = io.Copy(io.Discard, c) }()
			if _, err := io.WriteString(c, text); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			_ = c.Close()
		}
		synctest.Wait()
		if got, want := f.Stats(), (TLSStats{Failed: 3}); got != want || len(f.turns) != 0 {
			t.Errorf("%+v with %d turns taken, want %+v", got, len(f.turns), want)
		}
	})
}

func TestHandshakePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipe := newPipeListener()
		l := WrapTLS(pipe, &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { panic("oh") }}, TLSOptions{})
		wait := echo(l)
		f := &tlsFixture{TLSListener: l, pipe: pipe}
		if c, err := f.shake(t); err == nil {
			t.Error("shook hands")
		} else {
			_ = c.Close()
		}
		synctest.Wait()
		if got := l.Stats(); got.Failed != 1 || got.Pending != 0 || len(l.turns) != 0 {
			t.Errorf("%+v", got)
		}
		_ = l.Close()
		wait()
	})
}

func TestTLSListenerClose(t *testing.T) {
	runTLS(t, TLSOptions{}, func(t *testing.T, f *tlsFixture) {
		stuck := f.dial(t)
		defer stuck.Close()
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if _, err := stuck.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("a handshake goes on after Close: %v", err)
		}
		if _, err := f.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept after Close: %v", err)
		}
		if err := f.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
	})
	t.Run("before Accept", func(t *testing.T) {
		l := WrapTLS(newPipeListener(), &tls.Config{}, TLSOptions{})
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	t.Run("nobody accepts", func(t *testing.T) {
		cert := load(t, newAuthority(t, "a").issueFiles(t, keyECDSA, "p.example"))
		synctest.Test(t, func(t *testing.T) {
			pipe := newPipeListener()
			f := &tlsFixture{WrapTLS(pipe, ServerTLS{Files: cert}.Config(), TLSOptions{}), pipe, cert}
			accepted := make(chan net.Conn, 1)
			go func() { c, _ := f.Accept(); accepted <- c }()
			var clients []*tls.Conn
			for range 2 {
				c, err := f.shake(t)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				clients = append(clients, c)
			}
			_ = (<-accepted).Close()
			_ = f.Close()
			for _, c := range clients {
				if _, err := c.Read(make([]byte, 1)); err == nil {
					t.Error("still open")
				}
			}
		})
	})
}
