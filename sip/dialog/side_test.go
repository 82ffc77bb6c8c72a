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
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
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
	deaf    atomic.Bool            // nothing is taken in any more
	loss    atomic.Int32           // datagrams lost on the way out, in percent
}

// lossy is a socket that loses what it sends.
type lossy struct {
	net.PacketConn
	side *side
}

func (l lossy) WriteTo(b []byte, to net.Addr) (int, error) {
	if rand.Int32N(100) < l.side.loss.Load() {
		return len(b), nil
	}
	return l.PacketConn.WriteTo(b, to)
}

func (l lossy) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := l.PacketConn.ReadFrom(b)
		if err != nil {
			return n, from, err
		}
		if admitted := l.side.carrier.admit(b[:n]); admitted != nil && !l.side.deaf.Load() {
			return copy(b, admitted), from, nil
		}
	}
}

// quiet takes no more datagrams and waits for what is being handled.
func (s *side) quiet() {
	s.deaf.Store(true)
	stacks := make([]byte, 1<<20)
	for end := time.Now().Add(deadline); time.Now().Before(end); runtime.Gosched() {
		if n := runtime.Stack(stacks, true); !bytes.Contains(stacks[:n], []byte("handleRequestBackground")) {
			return
		}
	}
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
	cancellable       map[string]string // our tag by Call-ID
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

func (c *testCarrier) Pending(callID string, _ uint32, _ netip.AddrPort, tag string) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pendings++
	c.cancellable[callID] = tag
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.pendings--
		delete(c.cancellable, callID)
	})
}

// admit lets a CANCEL in that may come, with our tag, as the edge does.
func (c *testCarrier) admit(b []byte) []byte {
	if !bytes.HasPrefix(b, []byte("CANCEL ")) {
		return b
	}
	lines := strings.Split(string(b), "\r\n")
	tag := ""
	for _, line := range lines {
		if id, ok := strings.CutPrefix(line, "Call-ID: "); ok {
			c.mu.Lock()
			tag = c.cancellable[id]
			c.mu.Unlock()
		}
	}
	if tag == "" {
		return nil
	}
	for i, line := range lines {
		if strings.HasPrefix(line, "To: ") && !strings.Contains(line, ";tag=") {
			lines[i] = line + ";tag=" + tag
		}
	}
	return []byte(strings.Join(lines, "\r\n"))
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
	var s *side
	ua, err := sipgo.NewUA(sipgo.WithUserAgentTransactionLayerOptions(
		sip.WithTransactionLayerUnhandledResponseHandler(func(res *sip.Response) { s.Stray(res) }),
	))
	if err != nil {
		t.Fatal(err)
	}
	client, err := sipgo.NewClient(ua)
	if err != nil {
		t.Fatal(err)
	}
	udp, tcp := listen(t)
	local := addrPort(udp.LocalAddr().String())
	s = &side{
		carrier: &testCarrier{local: local, tracked: map[string]bool{}, cancellable: map[string]string{}},
		legs:    make(chan *tapped, 64), others: make(chan *Request, 64),
	}
	cfg := Config{
		Client: client, Carrier: s.carrier, Product: "test/1", Log: slog.New(slog.DiscardHandler),
		Invite:  func(l *Leg) { s.legs <- tap(l) },
		Request: func(r *Request) { s.others <- r },
	}
	for _, f := range change {
		f(&cfg)
	}
	s.Endpoint = New(cfg)
	s.Endpoint.second = 10 * time.Millisecond
	ua.TransactionLayer().OnRequest(func(req *sip.Request, tx *sip.ServerTx) {
		f, _ := s.carrier.Ready(context.Background(), Flow{Transport: "udp", Remote: addrPort(req.Source())})
		if req.Transport() == "TCP" {
			f.Transport = "tcp"
		}
		var o Origin
		if p := s.origin.Load(); p != nil {
			o = *p
		}
		o.Flow = f
		s.Handle(req, tx, o)
	})
	var wg sync.WaitGroup
	wg.Go(func() { _ = ua.TransportLayer().ServeUDP(lossy{udp, s}) })
	wg.Go(func() { _ = ua.TransportLayer().ServeTCP(tcp) })
	for end := time.Now().Add(deadline); time.Now().Before(end); {
		// The library knows its socket once it reads from it.
		if _, err := ua.TransportLayer().GetConnection("udp", local.String()); err == nil {
			break
		}
		runtime.Gosched()
	}
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
		s.quiet() // the library would open a socket of its own to answer what it reads at its end
		_ = udp.Close()
		_ = tcp.Close()
		wg.Wait()
		_ = ua.Close()
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

// settled waits until the goroutines of transactions are gone and the library's
// longest timer has run out.
func settled(t testing.TB, goroutines int) {
	t.Helper()
	time.Sleep(64*sip.T1 + sip.T4)
	for end := time.Now().Add(deadline); runtime.NumGoroutine() > goroutines && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}
