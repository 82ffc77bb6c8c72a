package udpio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

func listen(t testing.TB, addr string, o Options) *Conn {
	t.Helper()
	c, err := Listen(context.Background(), addr, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// dial is a peer's socket on a loopback address of its own.
func dial(t testing.TB, to netip.AddrPort) *net.UDPConn {
	t.Helper()
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// echo sends back what it reads until the socket closes.
func echo(c *Conn) error {
	b := NewBatch(16, 2048)
	for {
		if err := c.Read(b); err != nil {
			return err
		}
		if _, err := c.Write(b.Packets); err != nil {
			return err
		}
	}
}

func TestEcho(t *testing.T) {
	for _, tt := range []struct{ name, listen, dial string }{
		{"IPv4", "127.0.0.1:0", "127.0.0.1"},
		{"IPv6", "[::1]:0", "::1"},
		{"IPv4 over the wildcard", "0.0.0.0:0", "127.0.0.2"},
		{"IPv6 over both", "[::]:0", "::1"},
		{"IPv4 over both", "[::]:0", "127.0.0.3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := listen(t, tt.listen, Options{})
			done := make(chan error, 1)
			go func() { done <- echo(c) }()
			p := dial(t, netip.AddrPortFrom(netip.MustParseAddr(tt.dial), c.LocalAddr().Port()))
			for i := range 40 {
				fmt.Fprintf(p, "message %d", i)
			}
			buf := make([]byte, 100)
			for i := range 40 {
				n, err := p.Read(buf) // a connected socket takes answers from the dialled address only
				if want := fmt.Sprintf("message %d", i); err != nil || string(buf[:n]) != want {
					t.Fatalf("read %q, %v; want %q", buf[:n], err, want)
				}
			}
			c.Close()
			if err := <-done; !errors.Is(err, net.ErrClosed) {
				t.Fatalf("after Close: %v", err)
			}
		})
	}
}

func TestPacket(t *testing.T) {
	c := listen(t, "0.0.0.0:0", Options{})
	p := dial(t, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.9"), c.LocalAddr().Port()))
	fmt.Fprint(p, "0123456789")
	b := NewBatch(4, 8)
	if err := c.Read(b); err != nil {
		t.Fatal(err)
	}
	got := b.Packets[0]
	if string(got.Data) != "01234567" || !got.Truncated || got.Peer.String() != p.LocalAddr().String() || got.Local.String() != "127.0.0.9" {
		t.Fatalf("packet %q truncated %v from %v to %v", got.Data, got.Truncated, got.Peer, got.Local)
	}
}

func TestEmptyDatagram(t *testing.T) {
	c := listen(t, "127.0.0.1:0", Options{})
	p := dial(t, c.LocalAddr())
	if _, err := p.Write(nil); err != nil {
		t.Fatal(err)
	}
	b := NewBatch(4, 64)
	if err := c.Read(b); err != nil || len(b.Packets) != 1 || len(b.Packets[0].Data) != 0 {
		t.Fatalf("read %+v, %v", b.Packets, err)
	}
	if failed, err := c.Write(b.Packets); err != nil || failed != 0 {
		t.Fatalf("write: %d failed, %v", failed, err)
	}
}

func TestUnsendableIsPassedOver(t *testing.T) {
	c := listen(t, "127.0.0.1:0", Options{})
	p := listen(t, "127.0.0.1:0", Options{})
	good := Packet{Data: []byte("x"), Peer: p.LocalAddr()}
	bad := Packet{Data: make([]byte, 65_535), Peer: p.LocalAddr()} // longer than UDP carries
	if failed, err := c.Write([]Packet{good, bad, good}); err != nil || failed != 1 {
		t.Fatalf("%d failed, %v; want 1", failed, err)
	}
	b := NewBatch(4, 64)
	for got := 0; got < 2; got += len(b.Packets) {
		if err := p.Read(b); err != nil {
			t.Fatal(err)
		}
	}
}

// A reader and a writer share nothing: the race detector looks on.
func TestReadWhileWriting(t *testing.T) {
	a, b := listen(t, "127.0.0.1:0", Options{}), listen(t, "127.0.0.1:0", Options{})
	done := make(chan error, 1)
	go func() { done <- echo(b) }()
	const count = 100
	received := make(chan error, 1)
	go func() {
		in := NewBatch(16, 2048)
		for n := 0; n < count; n += len(in.Packets) {
			if err := a.Read(in); err != nil {
				received <- err
				return
			}
		}
		received <- nil
	}()
	for range count {
		if failed, err := a.Write([]Packet{{Data: []byte("x"), Peer: b.LocalAddr()}}); failed > 0 || err != nil {
			t.Fatal(failed, err)
		}
	}
	if err := <-received; err != nil {
		t.Fatal(err)
	}
	b.Close()
	<-done
}

// TestLost: what the kernel has no room for is counted.
func TestLost(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("not known elsewhere")
	}
	slow := listen(t, "127.0.0.1:0", Options{ReadBuffer: 4096})
	fast := listen(t, "127.0.0.1:0", Options{})
	if n := slow.Lost(); n != 0 {
		t.Fatalf("%d lost before anything was sent", n)
	}
	for range 1000 {
		fast.Write([]Packet{{Data: make([]byte, 1000), Peer: slow.LocalAddr()}})
	}
	if n := slow.Lost(); n == 0 || n > 1000 {
		t.Fatalf("%d of 1000 lost", n)
	}
}

// A set tells of the datagrams of all its sockets, dense ones too.
func TestSet(t *testing.T) {
	const gather = time.Millisecond
	a, b := listen(t, "127.0.0.1:0", Options{}), listen(t, "127.0.0.1:0", Options{})
	set, err := NewSet(gather, a, b)
	if err != nil {
		t.Fatal(err)
	}
	p := listen(t, "127.0.0.1:0", Options{})
	in := NewBatch(4, 64)
	took := func() (n int) {
		if err := set.Wait(); err != nil {
			t.Fatal(err)
		}
		for _, c := range []*Conn{a, b} {
			for {
				if err := c.Take(in); err != nil {
					t.Fatal(err)
				}
				if len(in.Packets) == 0 {
					break
				}
				n += len(in.Packets)
			}
		}
		set.Took(n)
		return n
	}
	const rounds, each = 20, 50
	for range rounds {
		for i := range each {
			to := []*Conn{a, b}[i%2]
			if _, err := p.Write([]Packet{{Data: []byte("x"), Peer: to.LocalAddr()}}); err != nil {
				t.Fatal(err)
			}
		}
		for n := 0; n < each; {
			n += took()
		}
	}
	ended := make(chan error, 1)
	go func() {
		var err error
		for err == nil {
			err = set.Wait()
		}
		ended <- err
	}()
	if err := set.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Fatalf("after Close: %v", err)
	}
	if err := set.Close(); !errors.Is(err, net.ErrClosed) {
		t.Fatalf("a second Close: %v", err)
	}
}

func TestReusePort(t *testing.T) {
	a := listen(t, "127.0.0.1:0", Options{ReusePort: true})
	listen(t, a.LocalAddr().String(), Options{ReusePort: true})
	if c, err := Listen(context.Background(), a.LocalAddr().String(), Options{}); err == nil {
		c.Close()
		t.Fatal("a socket that does not share took the address")
	}
}

func TestNothingIsAllocated(t *testing.T) {
	c := listen(t, "0.0.0.0:0", Options{})
	p := listen(t, "127.0.0.1:0", Options{})
	to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), c.LocalAddr().Port())
	out := []Packet{{Data: []byte("x"), Peer: to}}
	b, back := NewBatch(4, 64), NewBatch(4, 64)
	allocs := testing.AllocsPerRun(100, func() {
		p.Write(out)
		c.Read(b)
		c.Write(b.Packets)
		p.Read(back)
	})
	if allocs != 0 {
		t.Fatalf("%v allocations a round, want none", allocs)
	}
}

func BenchmarkEcho(b *testing.B) {
	c := listen(b, "127.0.0.1:0", Options{})
	go echo(c)
	p := listen(b, "127.0.0.1:0", Options{})
	out := make([]Packet, 32)
	for i := range out {
		out[i] = Packet{Data: make([]byte, 500), Peer: c.LocalAddr()}
	}
	in := NewBatch(64, 2048)
	b.ReportAllocs()
	for n := 0; n < b.N; n += len(out) {
		p.Write(out)
		for got := 0; got < len(out); got += len(in.Packets) {
			if p.Read(in) != nil {
				return
			}
		}
	}
}
