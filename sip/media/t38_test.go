package media

import (
	"errors"
	"fmt"
	"testing"

	"dialtone/sip/sdp"
)

// fax is the phone's description of T.38 in the section audio was in.
func (p *phone) fax(lines string) []byte {
	return []byte(fmt.Sprintf("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=image %d udptl t38\r\n%s",
		addrOf(p.rtp).Port(), lines))
}

const faxLines = "a=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\na=T38FaxRateManagement:transferredTCF\r\na=T38FaxMaxDatagram:400\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n"

func TestT38(t *testing.T) {
	c := newCall(t, newEngine(t), "0", "0")
	thief := newPhone(t, "127.0.0.66")
	if err := c.legA.RemoteOffer(c.a.fax(faxLines)); err != nil {
		t.Fatal(err)
	}
	offered, ok := c.legA.OfferedT38()
	if !ok || offered.MaxBitRate != 14400 || offered.UDPEC != sdp.ECRedundancy {
		t.Fatalf("%+v", offered)
	}
	b, err := c.legB.Offer(OfferOptions{T38: &offered})
	if err != nil {
		t.Fatal(err)
	}
	if d := parse(t, b); len(d.Media) != 1 || !d.Media[0].UDPTL() || d.Media[0].T38() != offered || d.Origin.Version != 2 {
		t.Fatalf("%s", b)
	}
	if err := c.legB.RemoteAnswer(c.b.fax("a=T38FaxVersion:0\r\na=T38MaxBitRate:9600\r\n")); err != nil {
		t.Fatal(err)
	}
	answered, ok := c.legB.T38()
	if !ok || answered.MaxBitRate != 9600 {
		t.Fatalf("%+v", answered)
	}
	if b, err = c.legA.Answer(AnswerOptions{T38: &answered}); err != nil {
		t.Fatal(err)
	}
	if parse(t, b).Media[0].T38() != answered || c.legA.Kind() != T38 || c.legB.Kind() != T38 {
		t.Fatalf("%s", b)
	}
	thief.to = c.legA.Addr()
	thief.write([]byte("thief"))
	for i := range 5 {
		c.a.write([]byte{0, byte(i), 1, 2, 3})
		if got := c.b.read(c.b.rtp); len(got) != 5 || got[1] != byte(i) {
			t.Fatal(got)
		}
		c.b.write([]byte{0, byte(i)})
		if got := c.a.read(c.a.rtp); len(got) != 2 {
			t.Fatal(got)
		}
	}
	// Back to audio.
	for s, p := range map[*Stream]*phone{c.legA: c.a, c.legB: c.b} {
		if err := s.RemoteOffer(p.describe("0")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Answer(AnswerOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	c.a.send(0, make([]byte, 160))
	if got := c.b.receive(); got.PayloadType != 0 {
		t.Fatal(got)
	}
}

func TestT38Refused(t *testing.T) {
	c := newCall(t, newEngine(t), "0", "0")
	if err := c.legA.RemoteOffer(c.a.fax(faxLines)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.legA.Answer(AnswerOptions{}); !errors.Is(err, ErrNotAcceptable) {
		t.Fatal(err)
	}
	c.legA.Rollback()
	if _, err := c.legB.Offer(OfferOptions{T38: new(sdp.T38)}); err != nil {
		t.Fatal(err)
	}
	refusal := describe(addrOf(c.b.rtp), "RTP/AVP 0")
	if err := c.legB.RemoteAnswer(refusal); !errors.Is(err, ErrNotAcceptable) {
		t.Fatal(err)
	}
	c.a.send(0, make([]byte, 160))
	if got := c.b.receive(); got.PayloadType != 0 || c.legA.Kind() != Audio || c.legB.Kind() != Audio {
		t.Fatal(got)
	}
}

// Some offer both and let the other side choose.
func TestT38BesideAudio(t *testing.T) {
	p := newPhone(t, "127.0.0.1")
	both := append(p.describe("0"), "m=image 5000 udptl t38\r\n"+faxLines...)
	for _, fax := range []bool{false, true} {
		s, _ := newStream(t, newEngine(t))
		if err := s.RemoteOffer(both); err != nil {
			t.Fatal(err)
		}
		o := AnswerOptions{}
		if fax {
			o.T38 = &sdp.T38{}
		}
		b, err := s.Answer(o)
		if err != nil {
			t.Fatal(err)
		}
		if m := parse(t, b).Media; len(m) != 2 || (m[0].Port == 0) != fax || (m[1].Port == 0) == fax {
			t.Fatalf("%s", b)
		}
	}
}

// A fax of ours reads what comes and sends itself.
func TestT38Terminated(t *testing.T) {
	p := newPhone(t, "127.0.0.1")
	s, _ := newStream(t, newEngine(t))
	if err := s.RemoteOffer(p.fax(faxLines)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Answer(AnswerOptions{T38: &sdp.T38{}}); err != nil {
		t.Fatal(err)
	}
	came := make(chan []byte, 1)
	s.Terminate(func(b []byte) { came <- b })
	s.SendDatagram([]byte{0, 1, 2})
	if got := p.read(p.rtp); len(got) != 3 || got[2] != 2 {
		t.Fatal(got)
	}
	p.to = s.Addr()
	p.write([]byte{0, 0, 7})
	if got := <-came; len(got) != 3 || got[2] != 7 {
		t.Fatal(got)
	}
}
