package media

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"testing"

	"dialtone/sip/sdp"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// securePhone is a phone with keys.
type securePhone struct {
	*phone
	suite   string
	key     []byte
	in, out *srtp.Context
}

func newSecurePhone(t testing.TB, suite string) *securePhone {
	p := &securePhone{phone: newPhone(t, "127.0.0.1"), suite: suite}
	p.key = bytes.Repeat([]byte{byte(addrOf(p.rtp).Port()), 3}, sdp.KeyLength(suite)/2)
	p.out = p.context(p.key)
	p.ssrc = uint32(addrOf(p.rtp).Port())
	p.seq = 1
	return p
}

func (p *securePhone) context(key []byte) *srtp.Context {
	p.t.Helper()
	size, err := profiles[p.suite].KeyLen()
	if err != nil {
		p.t.Fatal(err)
	}
	c, err := srtp.CreateContext(key[:size], key[size:], profiles[p.suite], srtp.SRTPReplayProtection(64))
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func (p *securePhone) crypto(tag int) string {
	return fmt.Sprintf("a=crypto:%d %s inline:%s", tag, p.suite, base64.StdEncoding.EncodeToString(p.key))
}

func (p *securePhone) describe(profile string, tag int) []byte {
	return describe(addrOf(p.rtp), profile+" 0", p.crypto(tag), fmt.Sprintf("a=rtcp:%d", addrOf(p.rtcp).Port()))
}

// learn takes our key for its suite from our description.
func (p *securePhone) learn(b []byte) sdp.Crypto {
	p.t.Helper()
	m := parse(p.t, b).Media[0]
	for _, c := range m.Crypto {
		if c.Suite == p.suite {
			p.in = p.context(c.Key)
			return c
		}
	}
	p.t.Fatalf("no key of %s in\n%s", p.suite, b)
	return sdp.Crypto{}
}

func (p *securePhone) send(payload []byte) []byte {
	p.t.Helper()
	packet := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: p.seq, Timestamp: p.ts, SSRC: p.ssrc}, Payload: payload}
	b, err := packet.Marshal()
	if err != nil {
		p.t.Fatal(err)
	}
	sealed, err := p.out.EncryptRTP(nil, b, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(sealed)
	p.seq, p.ts = p.seq+1, p.ts+160
	return sealed
}

func (p *securePhone) receive() *rtp.Packet {
	p.t.Helper()
	b, err := p.in.DecryptRTP(nil, p.read(p.rtp), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	packet := new(rtp.Packet)
	if err := packet.Unmarshal(b); err != nil {
		p.t.Fatal(err)
	}
	return packet
}

// offerTo has the phone offer to a stream.
func (p *securePhone) offerTo(s *Stream, profile string, tag int) {
	p.t.Helper()
	if err := s.RemoteOffer(p.describe(profile, tag)); err != nil {
		p.t.Fatal(err)
	}
	b, err := s.Answer(AnswerOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	if c := p.learn(b); c.Tag != tag || parse(p.t, b).Media[0].Proto != profile {
		p.t.Fatalf("answer\n%s", b)
	}
}

func TestSRTP(t *testing.T) {
	for _, suite := range suites[:3] {
		for _, profile := range []string{"RTP/SAVP", "RTP/AVP"} {
			t.Run(suite+" "+profile, func(t *testing.T) {
				e := newEngine(t)
				legA, _ := newStream(t, e, func(o *Options) { o.SRTP = Optional })
				legB, _ := newStream(t, e)
				a, b := newSecurePhone(t, suite), newPhone(t, "127.0.0.1")
				a.offerTo(legA, profile, 7)
				if _, err := legB.Offer(OfferOptions{Codecs: legA.Codecs()}); err != nil {
					t.Fatal(err)
				}
				if err := legB.RemoteAnswer(b.describe("0")); err != nil {
					t.Fatal(err)
				}
				if err := Join(legA, legB); err != nil {
					t.Fatal(err)
				}
				a.to, b.to = legA.Addr(), legB.Addr()
				for range 5 {
					a.send([]byte("from a"))
					if got := b.receive(); string(got.Payload) != "from a" {
						t.Fatal(got)
					}
					b.send(0, []byte("from b"))
					if got := a.receive(); string(got.Payload) != "from b" {
						t.Fatal(got)
					}
				}
				if st := legA.Stats(); !st.Secure || st.Received.Packets != 5 {
					t.Fatalf("%+v", st)
				}
			})
		}
	}
}

func TestSRTPOffered(t *testing.T) {
	for _, policy := range []Policy{Preferred, Mandatory} {
		for tag, suite := range suites[:3] {
			t.Run(fmt.Sprint(policy, " ", suite), func(t *testing.T) {
				e := newEngine(t)
				s, _ := newStream(t, e, func(o *Options) { o.SRTP = policy })
				p := newSecurePhone(t, suite)
				offer, err := s.Offer(OfferOptions{})
				if err != nil {
					t.Fatal(err)
				}
				m := parse(t, offer).Media[0]
				if m.Secure() != (policy == Mandatory) || len(m.Crypto) != 3 {
					t.Fatalf("%s", offer)
				}
				p.learn(offer)
				if err := s.RemoteAnswer(p.describe(m.Proto, tag+1)); err != nil {
					t.Fatal(err)
				}
				s.Play(NewTone(beep))
				before := p.receive()
				// A new offer keeps suite, key and counters.
				again, err := s.Offer(OfferOptions{Direction: sdp.SendOnly})
				if err != nil {
					t.Fatal(err)
				}
				if c := parse(t, again).Media[0].Crypto[0]; c.Suite != suite {
					t.Fatalf("%s", again)
				}
				if err := s.RemoteAnswer(p.describe(m.Proto, 1)); err != nil {
					t.Fatal(err)
				}
				if got := p.receive(); got.SequenceNumber != before.SequenceNumber+1 {
					t.Fatal(got)
				}
			})
		}
	}
}

func TestSRTPPolicies(t *testing.T) {
	p := newSecurePhone(t, sdp.AES128CMSHA1_80)
	plain := newPhone(t, "127.0.0.1").describe("0")
	for _, tt := range []struct {
		policy                       Policy
		plain, bestEffort, encrypted bool // accepted
	}{
		{Off, true, true, false},
		{Optional, true, true, true},
		{Preferred, true, true, true},
		{Mandatory, false, true, true},
	} {
		e := newEngine(t)
		for name, offer := range map[string]struct {
			body []byte
			want bool
		}{
			"plain":       {plain, tt.plain},
			"best effort": {p.describe("RTP/AVP", 1), tt.bestEffort},
			"encrypted":   {p.describe("RTP/SAVP", 1), tt.encrypted},
		} {
			s, _ := newStream(t, e, func(o *Options) { o.SRTP = tt.policy })
			if err := s.RemoteOffer(offer.body); (err == nil) != offer.want || err != nil && !errors.Is(err, ErrNotAcceptable) {
				t.Errorf("policy %d, %s: %v", tt.policy, name, err)
			}
		}
	}
}

// With SRTP a packet counts only if it authenticates, wherever it comes from.
func TestSRTPThief(t *testing.T) {
	e := newEngine(t)
	legA, events := newStream(t, e, func(o *Options) { o.SRTP = Mandatory })
	legB, _ := newStream(t, e)
	a, b, thief := newSecurePhone(t, sdp.AEADAES128GCM), newPhone(t, "127.0.0.1"), newPhone(t, "127.0.0.1")
	a.offerTo(legA, "RTP/SAVP", 1)
	if err := legB.RemoteOffer(b.describe("0")); err != nil {
		t.Fatal(err)
	}
	if _, err := legB.Answer(AnswerOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := Join(legA, legB); err != nil {
		t.Fatal(err)
	}
	a.to, b.to, thief.to = legA.Addr(), legB.Addr(), legA.Addr()
	for range 10 {
		thief.send(0, []byte("noise"))
	}
	sealed := a.send([]byte("voice"))
	if got := b.receive(); string(got.Payload) != "voice" {
		t.Fatal(got)
	}
	thief.write(sealed) // a replay
	b.send(0, []byte("answer"))
	if got := a.receive(); string(got.Payload) != "answer" {
		t.Fatal(got)
	}
	b.hearsNothing()
	// The phone itself may move.
	a.rtp = listenOn(t, "127.0.0.1")
	a.send([]byte("moved"))
	if got := b.receive(); string(got.Payload) != "moved" {
		t.Fatal(got)
	}
	if got := next[Latched](t, events); got.Address != addrOf(a.rtp) {
		t.Fatal(got)
	}
	b.send(0, []byte("here"))
	a.receive()
}
