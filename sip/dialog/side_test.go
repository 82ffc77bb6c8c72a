package dialog

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/transaction"
)

// deadline is how long a test waits for what must come.
const deadline = 10 * time.Second

// side is an endpoint on a loopback socket.
type side struct {
	*Endpoint
	carrier *testCarrier
	legs    chan *tapped
	others  chan *Request
	origin  atomic.Pointer[Origin] // of what comes, save the flow
	loss    atomic.Int32           // datagrams lost on the way out, in percent
	udp     net.PacketConn
	serving sync.WaitGroup
}

// datagrams is the way to an address over the side's socket. It loses some.
type datagrams struct {
	*side
	to netip.AddrPort
}

func (d datagrams) Send(b []byte) error {
	if rand.Int32N(100) < d.loss.Load() {
		return nil
	}
	_, err := d.udp.WriteTo(b, net.UDPAddrFromAddrPort(d.to))
	return err
}

func (d datagrams) Reliable() bool { return false }

// connection is a way of its own.
type connection struct{ net.Conn }

func (c connection) Send(b []byte) error {
	_, err := c.Write(b)
	return err
}

func (c connection) Reliable() bool { return true }

// serveUDP takes what comes to the socket, in order.
func (s *side) serveUDP() {
	for b := make([]byte, 65535); ; {
		n, from, err := s.udp.ReadFrom(b)
		if err != nil {
			return
		}
		if s.carrier.admits(b[:n]) {
			at := addrPort(from.String())
			s.Receive(bytes.Clone(b[:n]), datagrams{s, at}, s.originAt(Flow{Transport: "udp", Remote: at}))
		}
	}
}

// serveTCP takes what comes over connections, in the order of each.
func (s *side) serveTCP(l net.Listener) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		wg.Go(func() { s.serveConn(c) })
	}
}

func (s *side) serveConn(c net.Conn) {
	defer c.Close()
	at := addrPort(c.RemoteAddr().String())
	s.carrier.connected(at, c)
	parser := sip.NewParser().NewSIPStream()
	defer parser.Close()
	for b := make([]byte, 65535); ; {
		n, err := c.Read(b)
		if err != nil {
			return
		}
		_ = parser.ParseSIPStream(b[:n], func(m sip.Message) {
			s.Receive([]byte(m.String()), connection{c}, s.originAt(Flow{Transport: "tcp", Remote: at}))
		})
	}
}

// originAt is the origin of what comes by a flow.
func (s *side) originAt(f Flow) (o Origin) {
	if p := s.origin.Load(); p != nil {
		o = *p
	}
	o.Flow, _ = s.carrier.Ready(context.Background(), f)
	return o
}

func addrPort(s string) netip.AddrPort {
	ap := netip.MustParseAddrPort(s)
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// listen takes one port for both transports.
func listen(t testing.TB) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		udp, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if tcp, err := net.Listen("tcp", udp.LocalAddr().String()); err == nil {
			return udp, tcp
		}
		_ = udp.Close()
	}
	t.Fatal("no port is free for both UDP and TCP")
	return nil, nil
}

// tapped is a leg and its events.
type tapped struct {
	*Leg
	events chan Event
}

// testCarrier counts what it is asked for.
type testCarrier struct {
	mu                sync.Mutex
	local             netip.AddrPort
	tracked           map[string]bool
	awaited, pendings int
	cancellable       map[string]bool // by Call-ID
	conns             map[netip.AddrPort]net.Conn
	side              *side
	hungUp            bool
}

func (c *testCarrier) Ready(_ context.Context, f Flow) (Flow, error) {
	if f.Remote.Port() == 1 {
		return f, net.ErrClosed
	}
	f.Local, f.Host, f.Port = c.local, c.local.Addr().String(), int(c.local.Port())
	return f, nil
}

func (c *testCarrier) Dial(ctx context.Context, transport string, to netip.AddrPort, _ string) (Flow, error) {
	return c.Ready(ctx, Flow{Transport: transport, Remote: to})
}

func (c *testCarrier) Await(netip.AddrPort) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.awaited++
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.awaited--
	})
}

func (c *testCarrier) Track(tag string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tracked[tag] = true
}

func (c *testCarrier) Forget(tag string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.tracked, tag)
}

func (c *testCarrier) Pending(callID string, _ uint32, _ netip.AddrPort) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pendings++
	c.cancellable[callID] = true
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.pendings--
		delete(c.cancellable, callID)
	})
}

// admits lets a CANCEL in that may come, as the edge does.
func (c *testCarrier) admits(b []byte) bool {
	if !bytes.HasPrefix(b, []byte("CANCEL ")) {
		return true
	}
	m, err := sip.ParseMessage(b)
	if err != nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cancellable[m.CallID().Value()]
}

// Line is the way to an address.
func (c *testCarrier) Line(f Flow, to netip.AddrPort) (transaction.Line, error) {
	if !f.stream() {
		return datagrams{c.side, to}, nil
	}
	c.mu.Lock()
	conn := c.conns[to]
	c.mu.Unlock()
	if conn != nil {
		return connection{conn}, nil
	}
	conn, err := net.Dial("tcp", to.String())
	if err != nil {
		return nil, err
	}
	c.side.serving.Go(func() { c.side.serveConn(conn) })
	return connection{conn}, nil
}

// connected notes a connection.
func (c *testCarrier) connected(to netip.AddrPort, conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns[to] = conn
	if c.hungUp {
		_ = conn.Close()
	}
}

// hangUp closes all connections.
func (c *testCarrier) hangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hungUp = true
	for _, conn := range c.conns {
		_ = conn.Close()
	}
}

// held says what has not been given back.
func (c *testCarrier) held() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.tracked)+c.awaited+c.pendings == 0 {
		return ""
	}
	return fmt.Sprintf("%d tracked, %d awaited, %d pending", len(c.tracked), c.awaited, c.pendings)
}

// newSide starts an endpoint. When the test ends everything must have been given back.
func newSide(t testing.TB, change ...func(*Config)) *side {
	t.Helper()
	udp, tcp := listen(t)
	s := &side{
		carrier: &testCarrier{
			local: addrPort(udp.LocalAddr().String()), tracked: map[string]bool{}, cancellable: map[string]bool{}, conns: map[netip.AddrPort]net.Conn{},
		},
		legs: make(chan *tapped, 64), others: make(chan *Request, 64), udp: udp,
	}
	s.carrier.side = s
	cfg := Config{
		Carrier: s.carrier, Product: "test/1", Log: slog.New(slog.DiscardHandler),
		Invite:  func(l *Leg) { s.legs <- tap(l) },
		Request: func(r *Request) { s.others <- r },
	}
	for _, f := range change {
		f(&cfg)
	}
	s.Endpoint = New(cfg)
	s.Endpoint.second = 10 * time.Millisecond
	s.serving.Go(s.serveUDP)
	s.serving.Go(func() { s.serveTCP(tcp) })
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		s.Close(ctx)
		if ctx.Err() != nil {
			t.Error("endpoint did not close in time")
		}
		if n := s.Len(); n != 0 {
			t.Errorf("%d legs left", n)
		}
		if h := s.carrier.held(); h != "" {
			t.Error("not given back: " + h)
		}
		_ = udp.Close()
		_ = tcp.Close()
		s.carrier.hangUp()
		s.serving.Wait()
	})
	return s
}

func tap(l *Leg) *tapped {
	tp := &tapped{Leg: l, events: make(chan Event, 256)}
	l.SetSink(func(ev Event) { tp.events <- ev })
	return tp
}

// flow is the way to an address.
func flow(to netip.AddrPort) Flow { return Flow{Transport: "udp", Remote: to} }

// invite calls an address.
func (s *side) invite(t testing.TB, to netip.AddrPort, change ...func(*Outgoing)) *tapped {
	t.Helper()
	tp := &tapped{events: make(chan Event, 256)}
	o := Outgoing{
		Flow: flow(to), Target: "sip:bob@" + to.String(), From: Address{"Alice", "sip:alice@example.com"}, To: Address{"", "sip:bob@example.com"},
		SDP: []byte("v=0 offer"), Sink: func(ev Event) { tp.events <- ev },
	}
	for _, f := range change {
		f(&o)
	}
	l, err := s.Endpoint.Invite(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	tp.Leg = l
	return tp
}

// next is the next event, which must be of this kind.
func next[E Event](t testing.TB, l *tapped) E {
	t.Helper()
	select {
	case ev := <-l.events:
		e, ok := ev.(E)
		if !ok {
			t.Fatalf("got %#v, want %T", ev, e)
		}
		return e
	case <-time.After(deadline):
		var e E
		t.Fatalf("no %T came", e)
		return e
	}
}

// receive takes from a channel what must come.
func receive[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(deadline):
		var v T
		t.Fatalf("no %T came", v)
		return v
	}
}

// must stops the test at an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// established is a call between two endpoints.
func established(t testing.TB, a, b *side) (caller, callee *tapped) {
	t.Helper()
	caller = a.invite(t, b.carrier.local)
	callee = receive(t, b.legs)
	must(t, callee.Accept([]byte("v=0 answer")))
	next[Answered](t, caller)
	next[Confirmed](t, callee)
	return caller, callee
}

// settled waits until the goroutines of transactions are gone and their
// longest timer has run out.
func settled(t testing.TB, goroutines int) {
	t.Helper()
	time.Sleep(64*sip.T1 + sip.T4)
	for end := time.Now().Add(deadline); runtime.NumGoroutine() > goroutines && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}
