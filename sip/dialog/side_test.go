package dialog

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"sync"
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

func (c *testCarrier) Pending(string, uint32, netip.AddrPort, string) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pendings++
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.pendings--
	})
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
	ua, err := sipgo.NewUA()
	if err != nil {
		t.Fatal(err)
	}
	client, err := sipgo.NewClient(ua)
	if err != nil {
		t.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	local := addrPort(udp.LocalAddr().String())
	tcp, err := net.Listen("tcp", local.String())
	if err != nil {
		t.Fatal(err)
	}
	s := &side{
		carrier: &testCarrier{local: local, tracked: map[string]bool{}},
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
		s.Handle(req, tx, Origin{Flow: f})
	})
	var wg sync.WaitGroup
	wg.Go(func() { _ = ua.TransportLayer().ServeUDP(udp) })
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
		_ = ua.Close()
		_ = udp.Close()
		_ = tcp.Close()
		wg.Wait()
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
