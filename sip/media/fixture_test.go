package media

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"dialtone/sip/sdp"

	"github.com/pion/rtp"
)

// patience is how long a test waits for what must come.
const patience = 5 * time.Second

var loopback = netip.MustParseAddr("127.0.0.1")

func newEngine(t testing.TB, change ...func(*Config)) *Engine {
	t.Helper()
	c := Config{Address: loopback, Facing: func(netip.Addr) netip.Addr { return loopback }}
	for _, f := range change {
		f(&c)
	}
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func newStream(t testing.TB, e *Engine, change ...func(*Options)) (*Stream, chan Event) {
	t.Helper()
	events := make(chan Event, 100)
	o := Options{Peer: loopback, Symmetric: true, Sink: func(e Event) { events <- e }}
	for _, f := range change {
		f(&o)
	}
	s, err := e.NewStream(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, events
}

// phone is a peer: two sockets and what it says of itself.
type phone struct {
	t         testing.TB
	rtp, rtcp *net.UDPConn
	seq       uint16
	ts        uint32
	ssrc      uint32
	to        netip.AddrPort
}

func newPhone(t testing.TB, host string) *phone {
	t.Helper()
	p := &phone{t: t, seq: 65530, ts: 1<<32 - 500, ssrc: 0x1234}
	p.rtp, p.rtcp = listenOn(t, host), listenOn(t, host)
	return p
}

func listenOn(t testing.TB, host string) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(host), 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func addrOf(c *net.UDPConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }

// describe is the phone's description with formats like "0 8 101" and more lines.
func (p *phone) describe(formats string, lines ...string) []byte {
	return describe(addrOf(p.rtp), fmt.Sprintf("RTP/AVP %s", formats), append([]string{
		fmt.Sprintf("a=rtcp:%d", addrOf(p.rtcp).Port()), "a=rtpmap:101 telephone-event/8000",
	}, lines...)...)
}

func describe(at netip.AddrPort, profile string, lines ...string) []byte {
	family := "IP4"
	if at.Addr().Is6() {
		family = "IP6"
	}
	s := fmt.Sprintf("v=0\r\no=- 1 1 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\nm=audio %d %s\r\n",
		family, at.Addr(), family, at.Addr(), at.Port(), profile)
	for _, l := range lines {
		s += l + "\r\n"
	}
	return []byte(s)
}

// send sends one packet of 20 ms.
func (p *phone) send(pt uint8, payload []byte) {
	p.t.Helper()
	p.sendMarked(pt, false, payload)
	p.ts += 160
}

func (p *phone) sendMarked(pt uint8, marker bool, payload []byte) {
	p.t.Helper()
	packet := rtp.Packet{
		Header:  rtp.Header{Version: 2, Marker: marker, PayloadType: pt, SequenceNumber: p.seq, Timestamp: p.ts, SSRC: p.ssrc},
		Payload: payload,
	}
	b, err := packet.Marshal()
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(b)
	p.seq++
}

func (p *phone) write(b []byte) {
	p.t.Helper()
	if _, err := p.rtp.WriteToUDPAddrPort(b, p.to); err != nil {
		p.t.Fatal(err)
	}
}

// receive waits for a packet.
func (p *phone) receive() *rtp.Packet {
	p.t.Helper()
	packet := new(rtp.Packet)
	if err := packet.Unmarshal(p.read(p.rtp)); err != nil {
		p.t.Fatal(err)
	}
	return packet
}

func (p *phone) read(c *net.UDPConn) []byte {
	p.t.Helper()
	b := make([]byte, 2048)
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		p.t.Fatal(err)
	}
	n, err := c.Read(b)
	if err != nil {
		p.t.Fatal(err)
	}
	return b[:n]
}

// hearsNothing says that nothing is waiting. What would have been sent before something
// that was received already has arrived.
func (p *phone) hearsNothing() {
	p.t.Helper()
	if err := p.rtp.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		p.t.Fatal(err)
	}
	if n, err := p.rtp.Read(make([]byte, 2048)); !errors.Is(err, os.ErrDeadlineExceeded) {
		p.t.Fatalf("%d bytes, %v; want nothing", n, err)
	}
}

// call is two phones on joined streams: a offered, b was offered to.
type call struct {
	a, b             *phone
	legA, legB       *Stream
	eventsA, eventsB chan Event
}

func newCall(t testing.TB, e *Engine, formatsA, formatsB string) *call {
	t.Helper()
	c := &call{a: newPhone(t, "127.0.0.1"), b: newPhone(t, "127.0.0.1")}
	c.legA, c.eventsA = newStream(t, e)
	c.legB, c.eventsB = newStream(t, e)
	negotiate(t, c.legA, c.legB, c.a.describe(formatsA), c.b.describe(formatsB))
	c.a.to, c.b.to = c.legA.Addr(), c.legB.Addr()
	if err := Join(c.legA, c.legB); err != nil {
		t.Fatal(err)
	}
	return c
}

// negotiate sets a call up as package call does: A's offer, our offer to B, B's answer,
// our answer to A.
func negotiate(t testing.TB, a, b *Stream, offer, answer []byte) {
	t.Helper()
	if err := a.RemoteOffer(offer); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Offer(OfferOptions{Codecs: a.Codecs()}); err != nil {
		t.Fatal(err)
	}
	if err := b.RemoteAnswer(answer); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Answer(AnswerOptions{Prefer: b.Codecs()}); err != nil {
		t.Fatal(err)
	}
}

func parse(t testing.TB, b []byte) *sdp.Session {
	t.Helper()
	d, err := sdp.Parse(b)
	if err != nil {
		t.Fatalf("%v in\n%s", err, b)
	}
	return d
}

func next[T Event](t testing.TB, events chan Event) T {
	t.Helper()
	for deadline := time.After(patience); ; {
		select {
		case e := <-events:
			if want, ok := e.(T); ok {
				return want
			}
		case <-deadline:
			var want T
			t.Fatalf("no %T", want)
		}
	}
}
