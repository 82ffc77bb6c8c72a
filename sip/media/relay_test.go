package media

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/pion/rtp"
)

func TestRelay(t *testing.T) {
	c := newCall(t, newEngine(t), "0 8 101", "0 101")
	payload := bytes.Repeat([]byte{7}, 160)
	var seq uint16
	var ts uint32
	for i := range 20 { // over the wrap of both numbers
		c.a.send(0, payload)
		got := c.b.receive()
		if got.PayloadType != 0 || !bytes.Equal(got.Payload, payload) || got.SSRC == c.a.ssrc {
			t.Fatalf("packet %d: %v", i, got)
		}
		if i > 0 && (got.SequenceNumber != seq+1 || got.Timestamp != ts+160 || got.Marker) {
			t.Fatalf("packet %d: %v after %d, %d", i, got, seq, ts)
		}
		if i == 0 && !got.Marker {
			t.Fatal("no marker at the start")
		}
		seq, ts = got.SequenceNumber, got.Timestamp
		c.b.send(0, payload)
		c.a.receive()
	}
	st := c.legA.Stats()
	if st.Received.Packets != 20 || st.Sent.Packets != 20 || st.Received.Lost != 0 || st.Codec != "PCMU" || st.Received.MOS < 4 {
		t.Fatalf("%+v", st)
	}
}

func TestRelayOverIPv6(t *testing.T) {
	e := newEngine(t, func(c *Config) {
		c.Address, c.Facing = netip.IPv4Unspecified(), nil
	})
	v6 := func(o *Options) { o.Peer = netip.IPv6Loopback() }
	legA, _ := newStream(t, e, v6)
	legB, _ := newStream(t, e)
	a, b := newPhone(t, "::1"), newPhone(t, "127.0.0.1")
	negotiate(t, legA, legB, a.describe("0"), b.describe("0"))
	if err := Join(legA, legB); err != nil {
		t.Fatal(err)
	}
	a.to, b.to = legA.Addr(), legB.Addr()
	if !a.to.Addr().Is6() || !b.to.Addr().Is4() {
		t.Fatalf("addresses %v and %v", a.to, b.to)
	}
	a.send(0, []byte("six"))
	if got := b.receive(); string(got.Payload) != "six" {
		t.Fatal(got)
	}
	b.send(0, []byte("four"))
	if got := a.receive(); string(got.Payload) != "four" {
		t.Fatal(got)
	}
}

// Extensions and contributing sources were negotiated with one side only: they end here.
func TestHeadersAreOurOwn(t *testing.T) {
	c := newCall(t, newEngine(t), "0", "0")
	packet := rtp.Packet{
		Header: rtp.Header{
			Version: 2, SequenceNumber: 7, Timestamp: 1600, SSRC: 5, CSRC: []uint32{1, 2, 3}, Padding: true,
			Extension: true, ExtensionProfile: 0xbede,
		},
		Payload: []byte("voice"), PaddingSize: 4,
	}
	if err := packet.SetExtension(1, []byte{9, 9}); err != nil {
		t.Fatal(err)
	}
	b, err := packet.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	c.a.write(b)
	if got := c.b.receive(); len(got.CSRC) != 0 || got.Extension || string(got.Payload) != "voice" || !got.Padding {
		t.Fatal(got)
	}
}

func TestWhatIsNotRelayed(t *testing.T) {
	c := newCall(t, newEngine(t), "0 8", "0 8")
	voice := make([]byte, 160)
	c.a.send(0, voice)
	first := c.b.receive()
	c.a.write([]byte{})                            // an empty datagram
	c.a.write(make([]byte, 20))                    // STUN, or a keepalive
	c.a.write(append([]byte{0x8f}, voice[:30]...)) // more sources than packet
	c.a.write(make([]byte, bufferSize))            // longer than any
	c.a.send(99, voice)                            // a type nobody agreed on
	c.a.seq--                                      // which is another's
	c.a.send(0, voice)
	got := c.b.receive()
	if got.PayloadType != 0 || got.SequenceNumber != first.SequenceNumber+1 {
		t.Fatalf("%v after %v", got, first)
	}
}

func TestReorderedAndLostPacketsStaySo(t *testing.T) {
	c := newCall(t, newEngine(t), "0", "0")
	start := c.a.seq
	var base uint16
	for i, n := range []uint16{0, 1, 3, 2, 6, 5, 7} {
		c.a.seq, c.a.ts = start+n, uint32(n)*160
		c.a.send(0, make([]byte, 160))
		got := c.b.receive()
		if i == 0 {
			base = got.SequenceNumber
		}
		if got.SequenceNumber != base+n {
			t.Fatalf("packet %d is %d behind the first", n, got.SequenceNumber-base)
		}
	}
}

func TestRTCPOnOnePort(t *testing.T) {
	e := newEngine(t)
	s, _ := newStream(t, e)
	p := newPhone(t, "127.0.0.1")
	if err := s.RemoteOffer(p.describe("0", "a=rtcp-mux")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Answer(AnswerOptions{}); err != nil {
		t.Fatal(err)
	}
	p.to = s.Addr()
	p.send(0, make([]byte, 160))
	if b := p.read(p.rtp); !isRTCP(b) {
		t.Fatalf("%x", b)
	}
}

// A failure of ours ends the media of one call.
func TestPanicEndsOneStream(t *testing.T) {
	e := newEngine(t)
	broken, whole := newCall(t, e, "0", "9"), newCall(t, e, "0", "0")
	broken.a.send(0, make([]byte, 160))
	broken.b.receive()
	l := broken.legA.loop.Load()
	l.wait(func() { broken.legA.flow.route.coders[0] = nil })
	broken.a.send(0, make([]byte, 160))
	next[NoMedia](t, broken.eventsA)
	broken.a.send(0, make([]byte, 160))
	for range 3 {
		whole.a.send(0, make([]byte, 160))
		whole.b.receive()
	}
	broken.b.hearsNothing()
}
