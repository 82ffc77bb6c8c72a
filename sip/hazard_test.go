package sip

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"dialtone/store"
)

// TestHazardPanicOverUDP: a panic ends the datagram that caused it and nothing else.
func TestHazardPanicOverUDP(t *testing.T) {
	d := drive(t)
	list := d.authorized(t, 2)
	good := d.edge.registrar
	d.edge.registrar = nil
	d.silent(t, list[0], noon)
	d.ask(t, d.datagram("OPTIONS", 1), noon, "200")
	d.edge.registrar = good
	d.ask(t, list[1], noon, "200")
}

// TestHazardPanicOverTCP: a panic ends the connection that caused it and nothing else.
func TestHazardPanicOverTCP(t *testing.T) {
	f, armed := startFragile(t)
	bystander := f.phone(t, "tcp", nil)
	if res := bystander.Register(t, 600); res.Status() != 200 {
		t.Fatalf("answer: %s", res)
	}
	armed.Store(true)
	f.sendUntilClosed(t, "OPTIONS sip:"+testDomain+" SIP/2.0\r\nContent-Length: 0\r\n\r\n")
	if armed.Load() {
		t.Error("there was no panic")
	}
	eventually(t, "the connection forgotten", func() bool { return f.connections() == 1 })
	if res := bystander.Register(t, 600); res.Status() != 200 {
		t.Errorf("answer to another phone: %s", res)
	}
	if res := f.phone(t, "tcp", nil).Register(t, 600); res.Status() != 200 {
		t.Errorf("answer to a new phone: %s", res)
	}
}

// startFragile starts an edge that panics when it looks at the clock the next time
// after it has been armed.
func startFragile(t *testing.T) (*fixture, *atomic.Bool) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(store.Config{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	f, armed := &fixture{store: st}, &atomic.Bool{}
	f.fill(t)
	f.Server, err = Listen(t.Context(), Config{
		UDP: []string{"127.0.0.1:0"}, TCP: []string{"127.0.0.1:0"}, TLS: []string{"127.0.0.1:0"}, WSS: []string{"127.0.0.1:0"},
		Certificates: borrowedTLS(), MinExpires: 60, MaxExpires: 3600, Version: "test", Store: st, Log: log,
		Now: func() time.Time {
			if armed.CompareAndSwap(true, false) {
				panic("a defect")
			}
			return time.Now()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return f, armed
}

// sendUntilClosed sends text over a connection of its own and waits for its end.
func (f *fixture) sendUntilClosed(t *testing.T, text string) {
	t.Helper()
	var nd net.Dialer
	c, err := nd.DialContext(t.Context(), "tcp", f.Addrs().TCP[0].String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); err != nil || len(got) > 0 {
		t.Errorf("answer %q, error %v, want the connection closed", got, err)
	}
}

// connections is how many are open.
func (s *Server) connections() int {
	s.streams.mu.Lock()
	defer s.streams.mu.Unlock()
	return len(s.streams.byID)
}
