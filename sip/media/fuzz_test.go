package media

import (
	"net/netip"
	"testing"

	"dialtone/sip/sdp"
)

// FuzzPackets feeds two joined streams with datagrams of RTP, RTCP and UDPTL as a peer may
// send them: nothing breaks, and nothing is read beyond the datagram.
func FuzzPackets(f *testing.F) {
	f.Add([]byte{0x80, 0, 0, 1, 0, 0, 0, 160, 0, 0, 0, 9, 1, 2, 3, 4}, false, uint8(0))
	f.Add([]byte{0xbf, 0x80 | 101, 0, 1, 0, 0, 0, 160, 0, 0, 0, 9, 1, 0x80, 3, 4, 0, 0, 0, 1}, false, uint8(1))
	f.Add([]byte{0x90, 0, 0, 1, 0, 0, 0, 160, 0, 0, 0, 9, 0xbe, 0xde, 0xff, 0xff}, false, uint8(2))
	f.Add([]byte{0x81, 200, 0, 12, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, true, uint8(0))
	f.Add([]byte{0x9f, 201, 0, 1, 0, 0, 0, 9}, true, uint8(3))
	f.Add([]byte{0x80, 0, 0, 1, 0, 0, 0, 160, 0, 0, 0, 9, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22}, false, uint8(4))
	e := newEngine(f)
	f.Fuzz(func(t *testing.T, b []byte, rtcp bool, shape uint8) {
		if len(b) == 0 || len(b) > maxDatagram {
			return
		}
		l := &loop{e: e}
		var legs [2]*Stream
		for i := range legs {
			s := &Stream{e: e, addr: somewhere, symmetric: true, peer: loopback}
			s.flow.init()
			s.agree(fuzzSession(shape&1 != 0), fuzzSession(shape&2 != 0), 0, Kind(shape>>7), spokenWithEvents(shape))
			if shape&4 != 0 {
				key := sdp.Crypto{Suite: sdp.AES128CMSHA1_80, Key: make([]byte, 30)}
				if err := s.useKeys(key, key); err != nil {
					t.Fatal(err)
				}
				s.path.Load().in, s.path.Load().out = s.opener, s.sealer
			}
			s.rtp.fd, s.rtcp.fd = -1, -1 // sends nothing
			legs[i] = s
		}
		legs[0].to.Store(legs[1])
		p := &port{stream: legs[0], rtcp: rtcp}
		l.reader.name = newTarget(netip.MustParseAddrPort("127.0.0.1:40000")).name
		for range 3 {
			copy(l.in[:], b)
			legs[0].receive(l, p, l.in[:len(b)])
		}
		legs[0].visit(l)
		legs[1].visit(l)
		var st Stats
		legs[0].flow.stats(&st)
	})
}

func spokenWithEvents(shape uint8) []sdp.Codec {
	list := []sdp.Codec{spoken[shape>>3&1]}
	if shape&16 != 0 {
		list = append(list, sdp.Codec{PT: 101, Name: "telephone-event", Clock: 8000})
	}
	if shape&32 != 0 {
		list = append(list, sdp.Codec{PT: 102, Name: "telephone-event", Clock: 48000})
	}
	return list
}

func fuzzSession(mux bool) *sdp.Session {
	return &sdp.Session{Media: []sdp.Media{{
		Kind: "audio", Proto: "RTP/AVP", Port: 40000, Connection: loopback, RTCPMux: mux,
		Codecs: append(spokenWithEvents(16), spoken[:]...),
	}}}
}

// FuzzDescriptions gives any text as offer and as answer: what is answered can be read,
// has the sections of the offer, and no address of the peer.
func FuzzDescriptions(f *testing.F) {
	f.Add(audioAt("0 101", "a=rtpmap:101 telephone-event/8000"))
	f.Add(audioAt("111 9", manyCodecs))
	f.Add(describe(somewhere, "RTP/SAVP 0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))
	f.Add([]byte("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=image 9 udptl t38\r\n" + faxLines))
	e := newEngine(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		s := &Stream{e: e, addr: netip.MustParseAddrPort("192.0.2.1:4000"), policy: Optional, peer: loopback}
		s.flow.init()
		if s.RemoteOffer(b) == nil {
			offer := parse(t, b)
			answer, err := s.Answer(AnswerOptions{T38: &sdp.T38{}})
			if err != nil {
				s.Rollback()
			} else if got := parse(t, answer); len(got.Media) != len(offer.Media) {
				t.Fatalf("%d sections for %d:\n%s", len(got.Media), len(offer.Media), answer)
			}
		}
		again, err := s.Offer(OfferOptions{Codecs: s.Codecs()})
		if err != nil {
			return
		}
		parse(t, again)
		_ = s.RemoteAnswer(b)
		s.Rollback()
		s.reach()
	})
}
