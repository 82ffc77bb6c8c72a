package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	sipmsg "github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
	"dialtone/sip/event"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

// crowd is a socket on which many phones watch one lamp. It answers every NOTIFY.
type crowd struct {
	conn net.PacketConn
	addr netip.AddrPort
	done chan struct{}

	mu      sync.Mutex
	shows   map[string]string // the lamp's state at each phone, by Call-ID
	changed chan struct{}     // capacity 1: something was told
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.(*net.UDPConn).SetReadBuffer(8 << 20) // what the system allows
	c := &crowd{
		conn: conn, addr: netip.MustParseAddrPort(conn.LocalAddr().String()), done: make(chan struct{}),
		shows: map[string]string{}, changed: make(chan struct{}, 1),
	}
	go c.serve()
	t.Cleanup(func() { conn.Close(); <-c.done })
	return c
}

func (c *crowd) serve() {
	defer close(c.done)
	buf := make([]byte, 4096)
	for {
		n, from, err := c.conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		m, broken := peer.ParseMessage(string(buf[:n]))
		if err != nil || broken != nil || m.Method() != "NOTIFY" {
			continue
		}
		_, state, _ := strings.Cut(m.Body, "<state>")
		state, _, _ = strings.Cut(state, "<")
		c.mu.Lock()
		c.shows[m.Get("Call-Id")] = state
		c.mu.Unlock()
		select {
		case c.changed <- struct{}{}:
		default:
		}
		answer := fmt.Sprintf("SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
			m.Get("Via"), m.Get("From"), m.Get("To"), m.Get("Call-Id"), m.Get("Cseq"))
		_, _ = c.conn.WriteTo([]byte(answer), from) // a lost answer is asked for again
	}
}

// await waits until the lamp is the same at so many phones.
func (c *crowd) await(t *testing.T, phones int, state string) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		lit := 0
		c.mu.Lock()
		for _, s := range c.shows {
			if s == state {
				lit++
			}
		}
		c.mu.Unlock()
		if lit == phones {
			return
		}
		select {
		case <-c.changed:
		case <-deadline:
			t.Fatalf("the lamp is %s at %d phones, want %d", state, lit, phones)
		}
	}
}

// watching is a SUBSCRIBE the front has let in.
type watching struct {
	msg    *sipmsg.Request
	origin dialog.Origin
	tag    string
	status int
}

func (w *watching) Message() *sipmsg.Request { return w.msg }
func (w *watching) Origin() dialog.Origin    { return w.origin }
func (w *watching) Tag() string              { return w.tag }

func (w *watching) Respond(status int, _ string, _ []byte, _ string, _ ...dialog.Header) error {
	w.status = status
	return nil
}

// watch subscribes the crowd's nth phone to a number. Its user is nobody's: a change of
// the account's records would end it.
func (f *fixture) watch(t *testing.T, c *crowd, n int, number string) {
	t.Helper()
	text := fmt.Sprintf("SUBSCRIBE sip:%[2]s@%[3]s SIP/2.0\r\nVia: SIP/2.0/UDP %[4]s;branch=z9hG4bKw%[1]d;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:u%[1]d@%[3]s>;tag=from%[1]d\r\nTo: <sip:%[2]s@%[3]s>\r\nCall-ID: crowd%[1]d\r\nCSeq: 1 SUBSCRIBE\r\n"+
		"Contact: <sip:u%[1]d@%[4]s>\r\nEvent: dialog\r\nAccept: application/dialog-info+xml\r\nExpires: 1800\r\nContent-Length: 0\r\n\r\n",
		n, number, testDomain, c.addr)
	m, err := sipmsg.ParseMessage([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	w := &watching{msg: m.(*sipmsg.Request), tag: fmt.Sprintf("lamp%020d", n), origin: dialog.Origin{
		Flow: dialog.Flow{Transport: "udp", Remote: c.addr},
		User: &store.SIPUser{
			Credential: &record.Credential{Meta: record.Meta{Account: f.account}, Username: fmt.Sprint("u", n)},
			Domain:     &record.Domain{Meta: record.Meta{Account: f.account}, Domain: testDomain},
		},
	}}
	if f.lamps.Handle(w); w.status != 200 {
		t.Fatalf("subscription answered %d", w.status)
	}
}

// While a lamp that many phones show changes without end, calls go through, and at the
// end every phone shows what is true.
func TestBusyLamp(t *testing.T) {
	phones, changes := 200, 5
	if os.Getenv("DIALTONE_SOAK") == "1" {
		phones, changes = 10_000, 200
	}
	f := start(t)
	c := newCrowd(t)
	for n := range phones {
		f.watch(t, c, n, "*687")
	}
	c.await(t, phones, "terminated")
	ctx, stop := context.WithCancel(t.Context())
	flickered := make(chan struct{})
	go func() {
		defer close(flickered)
		states := []event.State{event.Confirmed, event.Terminated}
		for i := 0; ctx.Err() == nil; i++ {
			d := event.Dialog{ID: fmt.Sprint("d", i/2), CallID: "c", State: states[i%2], Number: "1002"}
			f.lamps.Publish(d, event.Park(f.account, 7))
			select {
			case <-c.changed:
			case <-ctx.Done():
			}
		}
	}()
	caller := peer.StartHandset(t, peer.Account{User: testUser, Password: testPassword, Domain: testDomain, Proxy: f.Addrs().UDP[0].String()})
	for range changes {
		caller.Dial(t, "4711").Await(t, 404)
	}
	stop()
	<-flickered
	for _, last := range []event.State{event.Terminated, event.Confirmed} {
		f.lamps.Show(event.Park(f.account, 7))
		if last == event.Confirmed {
			f.lamps.Publish(event.Dialog{ID: "last", CallID: "c", State: last, Number: "1002"}, event.Park(f.account, 7))
		}
		c.await(t, phones, last.String())
	}
}
