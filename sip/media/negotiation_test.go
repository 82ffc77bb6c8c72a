package media

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"dialtone/sip/sdp"

	"github.com/google/go-cmp/cmp"
)

var somewhere = netip.MustParseAddrPort("127.0.0.1:40000")

const manyCodecs = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=rtpmap:101 telephone-event/8000\r\na=rtpmap:110 telephone-event/48000"

func audioAt(formats string, lines ...string) []byte {
	return describe(somewhere, "RTP/AVP "+formats, lines...)
}

// names writes codecs as "PT name/clock".
func names(codecs []sdp.Codec) (list []string) {
	for _, c := range codecs {
		list = append(list, fmt.Sprintf("%d %s/%d", c.PT, c.Name, c.Clock))
	}
	return list
}

func TestOfferCodecs(t *testing.T) {
	e := newEngine(t)
	pcmu := sdp.Codec{PT: 0, Name: "PCMU", Clock: 8000, Channels: 1}
	pcma := sdp.Codec{PT: 8, Name: "PCMA", Clock: 8000, Channels: 1}
	g722 := sdp.Codec{PT: 9, Name: "G722", Clock: 8000, Channels: 1}
	opus := sdp.Codec{PT: 111, Name: "opus", Clock: 48000, Channels: 2}
	event := sdp.Codec{PT: 96, Name: "telephone-event", Clock: 8000, Channels: 1}
	for _, tt := range []struct {
		name         string
		only, others []sdp.Codec
		want         []string
	}{
		{"nobody's", nil, nil, []string{"0 PCMU/8000", "8 PCMA/8000", "9 G722/8000", "101 telephone-event/8000"}},
		{"the other leg's first", nil, []sdp.Codec{g722, pcma, event}, []string{"9 G722/8000", "8 PCMA/8000", "0 PCMU/8000", "101 telephone-event/8000"}},
		{"opus passes", nil, []sdp.Codec{opus, pcmu}, []string{"111 opus/48000", "0 PCMU/8000", "8 PCMA/8000", "9 G722/8000", "101 telephone-event/48000", "96 telephone-event/8000"}},
		{"opus only", nil, []sdp.Codec{opus}, []string{"111 opus/48000", "101 telephone-event/48000", "96 telephone-event/8000"}},
		{"a trunk's list", []sdp.Codec{pcma, pcmu}, []sdp.Codec{opus, g722}, []string{"0 PCMU/8000", "8 PCMA/8000", "101 telephone-event/8000"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newStream(t, e, func(o *Options) { o.Codecs = tt.only })
			b, err := s.Offer(OfferOptions{Codecs: tt.others})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(parse(t, b).Media[0].Codecs)); diff != "" {
				t.Error(diff)
			}
		})
	}
	s, _ := newStream(t, e, func(o *Options) { o.Codecs = []sdp.Codec{pcma} })
	if _, err := s.Offer(OfferOptions{Codecs: []sdp.Codec{opus}}); !errors.Is(err, ErrNoCodec) {
		t.Errorf("nothing in common: %v", err)
	}
}

func TestAnswerCodecs(t *testing.T) {
	e := newEngine(t)
	pcma := sdp.Codec{PT: 8, Name: "PCMA", Clock: 8000, Channels: 1}
	opus := sdp.Codec{PT: 96, Name: "opus", Clock: 48000, Channels: 2, Fmtp: "stereo=0"}
	gsm := sdp.Codec{PT: 3, Name: "GSM", Clock: 8000, Channels: 1}
	for _, tt := range []struct {
		name    string
		formats string
		prefer  []sdp.Codec
		want    []string
	}{
		{"what the other leg talks", "111 0 8 101 110", []sdp.Codec{pcma}, []string{"8 PCMA/8000", "101 telephone-event/8000"}},
		{"with the offer's payload types", "0 111 101 110", []sdp.Codec{opus, pcma}, []string{"111 opus/48000", "110 telephone-event/48000"}},
		{"opus with events of 8 kHz", "0 111 101", []sdp.Codec{opus}, []string{"111 opus/48000", "101 telephone-event/8000"}},
		{"transcoded", "111 9 101", []sdp.Codec{pcma}, []string{"9 G722/8000", "101 telephone-event/8000"}},
		{"nobody's", "111 18 8 0", nil, []string{"8 PCMA/8000"}},
		{"nobody's and not ours", "111", nil, []string{"111 opus/48000"}},
		{"none", "111 0", []sdp.Codec{gsm}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newStream(t, e)
			if err := s.RemoteOffer(audioAt(tt.formats, manyCodecs)); err != nil {
				t.Fatal(err)
			}
			b, err := s.Answer(AnswerOptions{Prefer: tt.prefer})
			if tt.want == nil {
				if !errors.Is(err, ErrNotAcceptable) {
					t.Fatal(err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(parse(t, b).Media[0].Codecs)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnswerHasTheOffersSections(t *testing.T) {
	s, _ := newStream(t, newEngine(t))
	offer := "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n" +
		"m=audio 0 RTP/AVP 0\r\n" +
		"m=video 5000 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\n" +
		"m=audio 6000 UDP/TLS/RTP/SAVPF 0\r\n" +
		"m=audio 7000 RTP/AVP 8 0\r\na=rtcp-mux\r\na=ice-ufrag:x\r\n" +
		"m=application 8000 TCP/BFCP *\r\n"
	if err := s.RemoteOffer([]byte(offer)); err != nil {
		t.Fatal(err)
	}
	b, err := s.Answer(AnswerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range parse(t, b).Media {
		got = append(got, fmt.Sprintf("%s %t %s %t", m.Kind, m.Port != 0, m.Proto, m.RTCPMux))
	}
	want := []string{"audio false RTP/AVP false", "video false RTP/AVP false", "audio false UDP/TLS/RTP/SAVPF false", "audio true RTP/AVP true", "application false TCP/BFCP false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if text := string(b); strings.Contains(text, "10.0.0.1") || strings.Contains(text, "ice") {
		t.Errorf("the peer's lines are in the answer:\n%s", text)
	}
	again, err := s.Offer(OfferOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if m := parse(t, again).Media; len(m) != 5 || m[3].Port == 0 || !m[3].RTCPMux || m[1].Kind != "video" || m[1].Port != 0 {
		t.Errorf("new offer:\n%s", again)
	}
}

func TestHold(t *testing.T) {
	for _, tt := range []struct {
		name, change string
		held         bool
		answer       sdp.Direction
	}{
		{"sendrecv", "a=sendrecv", false, sdp.SendRecv},
		{"sendonly", "a=sendonly", true, sdp.RecvOnly},
		{"inactive", "a=inactive", true, sdp.Inactive},
		{"recvonly", "a=recvonly", false, sdp.SendOnly},
		{"c=0.0.0.0", "c=IN IP4 0.0.0.0", true, sdp.SendRecv},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newStream(t, newEngine(t))
			for range 2 { // held, resumed, held again
				for _, hold := range []bool{false, true} {
					line := "a=ptime:20"
					if hold {
						line = tt.change
					}
					if err := s.RemoteOffer(audioAt("0", line)); err != nil {
						t.Fatal(err)
					}
					b, err := s.Answer(AnswerOptions{})
					if err != nil {
						t.Fatal(err)
					}
					want := tt.answer
					if !hold {
						want = sdp.SendRecv
					}
					if got := parse(t, b).Media[0].Direction; got != want || s.Held() != (hold && tt.held) {
						t.Fatalf("answer %v, held %v", got, s.Held())
					}
					if sends := s.path.Load().sends; sends == (hold && tt.held) {
						t.Fatalf("sends %v", sends)
					}
				}
			}
		})
	}
}

func TestOfferOfHold(t *testing.T) {
	s, _ := newStream(t, newEngine(t))
	var versions []uint64
	for _, d := range []sdp.Direction{sdp.SendRecv, sdp.SendRecv, sdp.SendOnly, sdp.SendRecv} {
		b, err := s.Offer(OfferOptions{Direction: d})
		if err != nil {
			t.Fatal(err)
		}
		if got := parse(t, b); got.Media[0].Direction != d || !bytes.Equal(b, s.Local()) {
			t.Fatalf("%v: %s", d, b)
		} else {
			versions = append(versions, got.Origin.Version)
		}
		if err := s.RemoteAnswer(audioAt("0 101", "a=rtpmap:101 telephone-event/8000")); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]uint64{1, 1, 2, 3}, versions); diff != "" {
		t.Error(diff)
	}
}

func TestBadDescriptions(t *testing.T) {
	e := newEngine(t)
	for _, tt := range []struct {
		name string
		body string
		want error
	}{
		{"empty", "", ErrDescription},
		{"no media", "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nt=0 0\r\n", ErrNotAcceptable},
		{"port 0", string(describe(netip.MustParseAddrPort("127.0.0.1:0"), "RTP/AVP 0")), ErrNotAcceptable},
		{"negative port", strings.Replace(string(audioAt("0")), "40000", "-1", 1), ErrDescription},
		{"huge port", strings.Replace(string(audioAt("0")), "40000", "70000", 1), ErrDescription},
		{"50 sections", string(audioAt("0")) + strings.Repeat("m=audio 5000 RTP/AVP 0\r\n", 49), ErrDescription},
		{"video", strings.Replace(string(audioAt("99")), "m=audio", "m=video", 1), ErrNotAcceptable},
		{"events only", string(audioAt("101", "a=rtpmap:101 telephone-event/8000")), ErrNotAcceptable},
		{"SRTP without key", string(describe(somewhere, "RTP/SAVP 0")), ErrNotAcceptable},
		{"DTLS", string(describe(somewhere, "UDP/TLS/RTP/SAVPF 0")), ErrNotAcceptable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newStream(t, e)
			if err := s.RemoteOffer([]byte(tt.body)); !errors.Is(err, tt.want) || s.Pending() {
				t.Errorf("offer: %v", err)
			}
			if _, err := s.Offer(OfferOptions{}); err != nil {
				t.Fatal(err)
			}
			if err := s.RemoteAnswer([]byte(tt.body)); !errors.Is(err, tt.want) || s.Pending() {
				t.Errorf("answer: %v", err)
			}
			if s.path.Load() != nil || s.Local() != nil {
				t.Error("something was agreed")
			}
		})
	}
}

func TestRoundsInOrder(t *testing.T) {
	s, _ := newStream(t, newEngine(t))
	offer, other := audioAt("0"), audioAt("8")
	mustOrder := func(err error) {
		t.Helper()
		if !errors.Is(err, ErrOrder) {
			t.Fatal(err)
		}
	}
	mustOrder(s.RemoteAnswer(offer))
	_, err := s.Answer(AnswerOptions{})
	mustOrder(err)
	if err := s.RemoteOffer(offer); err != nil {
		t.Fatal(err)
	}
	mustOrder(s.RemoteOffer(offer))
	_, err = s.Offer(OfferOptions{})
	mustOrder(err)
	first, err := s.Answer(AnswerOptions{})
	if err != nil {
		t.Fatal(err)
	}

	// Glare: our offer loses, the peer's is answered, ours is made again.
	if _, err := s.Offer(OfferOptions{Direction: sdp.SendOnly}); err != nil {
		t.Fatal(err)
	}
	mustOrder(s.RemoteOffer(other))
	s.Rollback()
	if c, _ := s.Codec(); c.Name != "PCMU" || !bytes.Equal(s.Local(), first) {
		t.Fatalf("%v after rollback, %s", c, s.Local())
	}
	mustOrder(s.RemoteAnswer(other))
	if err := s.RemoteOffer(other); err != nil {
		t.Fatal(err)
	}
	s.Rollback() // we refuse it
	if c, _ := s.Codec(); c.Name != "PCMU" {
		t.Fatal(c)
	}
	if err := s.RemoteOffer(other); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Answer(AnswerOptions{}); err != nil {
		t.Fatal(err)
	}
	if c, _ := s.Codec(); c.Name != "PCMA" {
		t.Fatal(c)
	}
}

func TestAnswersOfForks(t *testing.T) {
	s, _ := newStream(t, newEngine(t))
	if _, err := s.Offer(OfferOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"PCMU", "PCMA", "PCMA", "PCMU"} {
		formats := map[string]string{"PCMU": "0", "PCMA": "8"}[name]
		if err := s.RemoteAnswer(audioAt(formats)); err != nil {
			t.Fatal(err)
		}
		if c, _ := s.Codec(); c.Name != name {
			t.Fatalf("%v, want %s", c, name)
		}
	}
	if err := s.RemoteAnswer(audioAt("18")); !errors.Is(err, ErrNotAcceptable) {
		t.Fatal(err)
	}
	if c, _ := s.Codec(); c.Name != "PCMU" {
		t.Fatalf("%v after a bad answer", c)
	}
}

func TestPayloadTypesStay(t *testing.T) {
	s, _ := newStream(t, newEngine(t))
	opus := sdp.Codec{PT: 120, Name: "opus", Clock: 48000, Channels: 2}
	speex := sdp.Codec{PT: 120, Name: "speex", Clock: 16000, Channels: 1}
	offer := func(codecs ...sdp.Codec) map[string]uint8 {
		b, err := s.Offer(OfferOptions{Codecs: codecs})
		if err != nil {
			t.Fatal(err)
		}
		types := map[string]uint8{}
		for _, c := range parse(t, b).Media[0].Codecs {
			types[fmt.Sprint(c.Name, c.Clock)] = c.PT
		}
		s.Rollback()
		return types
	}
	first := offer(opus)
	second := offer(speex, opus)
	if first["opus48000"] != 120 || second["opus48000"] != 120 || second["speex16000"] == 120 {
		t.Fatalf("%v, then %v", first, second)
	}
	for name, pt := range first {
		if second[name] != pt {
			t.Errorf("%s was %d, is %d", name, pt, second[name])
		}
	}
}

func TestAddresses(t *testing.T) {
	inside := netip.MustParseAddr("127.0.0.7")
	for _, tt := range []struct{ name, bind, advertised, peer, want string }{
		{"facing", "0.0.0.0", "", "192.168.1.9", "IP4 127.0.0.7"},
		{"advertised to the internet", "0.0.0.0", "198.51.100.7", "203.0.113.9", "IP4 198.51.100.7"},
		{"not to the inside", "0.0.0.0", "198.51.100.7", "192.168.1.9", "IP4 127.0.0.7"},
		{"IPv6 on the wildcard", "0.0.0.0", "", "::1", "IP6 ::1"},
		{"one address", "127.0.0.1", "", "127.0.0.1", "IP4 127.0.0.7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEngine(t, func(c *Config) {
				c.Address, c.Advertised = netip.MustParseAddr(tt.bind), tt.advertised
				c.Facing = func(netip.Addr) netip.Addr { return inside }
			})
			s, _ := newStream(t, e, func(o *Options) { o.Peer = netip.MustParseAddr(tt.peer) })
			b, err := s.Offer(OfferOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(b), "c=IN "+tt.want+"\r\n") || !strings.Contains(string(b), " IN "+tt.want+"\r\ns=") {
				t.Errorf("%s", b)
			}
			if s.Addr().Port()%2 != 0 {
				t.Errorf("RTP on port %d", s.Addr().Port())
			}
		})
	}
}
