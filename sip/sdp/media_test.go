package sdp_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/sdp"
)

var (
	pcmu  = sdp.Codec{PT: 0, Name: "PCMU", Clock: 8000, Channels: 1}
	pcma  = sdp.Codec{PT: 8, Name: "PCMA", Clock: 8000, Channels: 1}
	g722  = sdp.Codec{PT: 9, Name: "G722", Clock: 8000, Channels: 1}
	g729  = sdp.Codec{PT: 18, Name: "G729", Clock: 8000, Channels: 1, Fmtp: "annexb=no"}
	event = sdp.Codec{PT: 101, Name: "telephone-event", Clock: 8000, Channels: 1, Fmtp: "0-15"}
)

func parse(t *testing.T, body string) *sdp.Session {
	t.Helper()
	s, err := sdp.Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPhones(t *testing.T) {
	carrier := event
	carrier.Fmtp = "0-16"
	polycomEvent := sdp.Codec{PT: 127, Name: "telephone-event", Clock: 8000, Channels: 1}
	for name, c := range map[string]struct {
		body string
		want []sdp.Media
	}{
		"yealink": {yealink, []sdp.Media{{
			Kind: "audio", Port: 11780, Proto: "RTP/AVP", Connection: netip.MustParseAddr("192.168.1.40"),
			Codecs: []sdp.Codec{g722, pcmu, pcma, g729, event}, Ptime: 20,
		}}},
		"yealink hold": {yealinkHold, []sdp.Media{{
			Kind: "audio", Port: 11780, Proto: "RTP/AVP", Connection: netip.IPv4Unspecified(), Direction: sdp.Inactive,
			Codecs: []sdp.Codec{pcmu, {PT: 101, Name: "telephone-event", Clock: 8000, Channels: 1}},
		}}},
		"baresip": {baresip, []sdp.Media{{
			Kind: "audio", Port: 17890, Proto: "RTP/AVP", Connection: netip.MustParseAddr("10.0.0.7"),
			Codecs: []sdp.Codec{
				{PT: 96, Name: "opus", Clock: 48000, Channels: 2, Fmtp: "stereo=1;sprop-stereo=1"},
				pcmu, pcma, g722,
				{PT: 97, Name: "telephone-event", Clock: 48000, Channels: 1},
				event,
			},
			RTCP: netip.MustParseAddrPort("10.0.0.7:17891"), Ptime: 20,
			Bandwidth: []sdp.Bandwidth{{Type: "AS", Value: 125}},
			Attributes: []sdp.Attribute{
				{Name: "label", Value: "1"},
				{Name: "rtcp-rsize"},
				{Name: "ssrc", Value: "2754832764 cname:sip:alice@10.0.0.7"},
				{Name: "minptime", Value: "10"},
			},
		}}},
		"polycom": {polycom, []sdp.Media{
			{
				Kind: "audio", Port: 2226, Proto: "RTP/AVP", Connection: netip.MustParseAddr("10.20.30.40"),
				Direction: sdp.SendOnly, Codecs: []sdp.Codec{g722, pcmu, pcma, g729, polycomEvent},
			},
			{
				Kind: "video", Proto: "RTP/AVP", Connection: netip.MustParseAddr("10.20.30.40"), Direction: sdp.SendOnly,
				Codecs: []sdp.Codec{{PT: 34, Name: "H263", Clock: 90000, Channels: 1}},
			},
		}},
		"bria": {bria, []sdp.Media{{
			Kind: "audio", Port: 51234, Proto: "RTP/SAVP", Connection: netip.MustParseAddr("198.51.100.9"),
			Codecs: []sdp.Codec{
				{PT: 120, Name: "opus", Clock: 48000, Channels: 2, Fmtp: "useinbandfec=1; usedtx=1; maxaveragebitrate=64000"},
				g722, pcmu, event,
			},
			RTCP: netip.MustParseAddrPort("198.51.100.10:51235"), RTCPMux: true,
			Crypto: []sdp.Crypto{
				{Tag: 1, Suite: sdp.AES128CMSHA1_80, Key: []byte("YS___semctl () {\t220;}\n}\nunles"), Lifetime: 1 << 31},
				{Tag: 2, Suite: sdp.AES128CMSHA1_32, Key: []byte(`70xwPH5@/,L:S1wY"~='EpgT%(i_Vc`), Lifetime: 1 << 20, MKI: []byte{0, 0, 0, 1}},
				{Tag: 4, Suite: sdp.AEADAES256GCM, Key: []byte("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")},
			},
			Attributes: []sdp.Attribute{{Name: "candidate", Value: "1 1 UDP 2130706431 198.51.100.9 51234 typ host"}},
		}}},
		"telnyx": {telnyx, []sdp.Media{{
			Kind: "audio", Port: 28412, Proto: "RTP/AVP", Connection: netip.MustParseAddr("203.0.113.5"),
			Codecs: []sdp.Codec{pcmu, carrier}, Ptime: 20, MaxPtime: 150, RTCP: netip.MustParseAddrPort("203.0.113.5:28413"),
			Attributes: []sdp.Attribute{{Name: "silenceSupp", Value: "off - - - -"}},
		}}},
		"twilio": {twilio, []sdp.Media{{
			Kind: "audio", Port: 15342, Proto: "RTP/SAVP", Connection: netip.MustParseAddr("203.0.113.77"),
			Codecs: []sdp.Codec{pcmu, pcma, carrier}, Ptime: 20, MaxPtime: 20,
			Crypto: []sdp.Crypto{{Tag: 1, Suite: sdp.AES128CMSHA1_80, Key: []byte(`wDfvg&T+)xG7@fb5jU,RaA}\|p0%*#`)}},
		}}},
		"linphone": {linphone6, []sdp.Media{
			{
				Kind: "audio", Port: 7078, Proto: "RTP/AVPF", Connection: netip.MustParseAddr("2001:db8::5"),
				Codecs: []sdp.Codec{{PT: 96, Name: "opus", Clock: 48000, Channels: 2}},
			},
			{
				Kind: "video", Port: 9078, Proto: "RTP/AVPF", ConnectionName: "media.example.com", Direction: sdp.RecvOnly,
				Codecs: []sdp.Codec{{PT: 97, Name: "H264", Clock: 90000, Channels: 1, Fmtp: "profile-level-id=42801F"}},
			},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, parse(t, c.body).Media, compare); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSessionLevel(t *testing.T) {
	s := parse(t, bria)
	if v, ok := s.Attribute("ICE-UFRAG"); !ok || v != "4fA9" {
		t.Errorf("ice-ufrag %q, %v", v, ok)
	}
	if _, ok := s.Attribute("setup"); ok {
		t.Error("an attribute that is not there")
	}
	if diff := cmp.Diff([]sdp.Bandwidth{{Type: "AS", Value: 2064}}, s.Bandwidth); diff != "" {
		t.Error(diff)
	}
	if d := parse(t, polycom).Direction; d != sdp.SendOnly {
		t.Errorf("direction %v", d)
	}
}

func TestFirst(t *testing.T) {
	s := parse(t, faxGateway)
	if m := s.First("audio"); m != nil {
		t.Errorf("audio that is switched off: %+v", m)
	}
	if m := s.First("image"); m == nil || !m.UDPTL() || m.Formats[0] != "T38" || m.RTP() {
		t.Errorf("image %+v", m)
	}
}

func TestOriginForgives(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		want sdp.Origin
	}{
		"negative":   {"o=x -5 -6 IN IP4 h", sdp.Origin{Username: "x", ID: 5, Version: 6, Address: "h"}},
		"too long":   {"o=x 18446744073709551617 18446744073709551618 IN IP4 h", sdp.Origin{Username: "x", ID: 1, Version: 2, Address: "h"}},
		"no address": {"o=x 1 2", sdp.Origin{Username: "x", ID: 1, Version: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, parse(t, lines("v=0", c.line)).Origin); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHeld(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  bool
	}{
		"talking":             {[]string{"m=audio 4 RTP/AVP 0"}, false},
		"sendrecv":            {[]string{"m=audio 4 RTP/AVP 0", "a=sendrecv"}, false},
		"recvonly":            {[]string{"m=audio 4 RTP/AVP 0", "a=recvonly"}, false},
		"sendonly":            {[]string{"m=audio 4 RTP/AVP 0", "a=sendonly"}, true},
		"inactive":            {[]string{"m=audio 4 RTP/AVP 0", "a=inactive"}, true},
		"no address":          {[]string{"m=audio 4 RTP/AVP 0", "c=IN IP4 0.0.0.0"}, true},
		"no IPv6 address":     {[]string{"m=audio 4 RTP/AVP 0", "c=IN IP6 ::"}, true},
		"session":             {[]string{"a=sendonly", "m=audio 4 RTP/AVP 0"}, true},
		"media over session":  {[]string{"a=sendonly", "m=audio 4 RTP/AVP 0", "a=sendrecv"}, false},
		"another section":     {[]string{"m=video 4 RTP/AVP 0", "a=sendonly", "m=audio 4 RTP/AVP 0"}, false},
		"host name, talking":  {[]string{"m=audio 4 RTP/AVP 0", "c=IN IP4 phone.example.com"}, false},
		"last direction wins": {[]string{"m=audio 4 RTP/AVP 0", "a=sendrecv", "a=sendonly"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if m := media(t, c.lines...); m.Held() != c.want {
				t.Errorf("held %v", m.Held())
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for name, c := range map[string]struct {
		lines     []string
		rtp, rtcp string
	}{
		"next port":        {[]string{"m=audio 4000 RTP/AVP 0"}, "192.0.2.1:4000", "192.0.2.1:4001"},
		"own port":         {[]string{"m=audio 4000 RTP/AVP 0", "a=rtcp:5000"}, "192.0.2.1:4000", "192.0.2.1:5000"},
		"own address":      {[]string{"m=audio 4000 RTP/AVP 0", "a=rtcp:5000 IN IP6 2001:db8::1"}, "192.0.2.1:4000", "[2001:db8::1]:5000"},
		"host for RTCP":    {[]string{"m=audio 4000 RTP/AVP 0", "a=rtcp:5000 IN IP4 h.example"}, "192.0.2.1:4000", "192.0.2.1:5000"},
		"mux":              {[]string{"m=audio 4000 RTP/AVP 0", "a=rtcp:5000", "a=rtcp-mux"}, "192.0.2.1:4000", "192.0.2.1:4000"},
		"host":             {[]string{"m=audio 4000 RTP/AVP 0", "c=IN IP4 h.example"}, "", ""},
		"last port":        {[]string{"m=audio 65535 RTP/AVP 0"}, "192.0.2.1:65535", ""},
		"RTCP before c=":   {[]string{"m=audio 4000 RTP/AVP 0", "a=rtcp:5000", "c=IN IP4 192.0.2.9"}, "192.0.2.9:4000", "192.0.2.9:5000"},
		"zone of no use":   {[]string{"m=audio 4000 RTP/AVP 0", "c=IN IP6 fe80::1%eth0"}, "[fe80::1]:4000", "[fe80::1]:4001"},
		"address brackets": {[]string{"m=audio 4000 RTP/AVP 0", "c=IN IP6 [2001:db8::1]"}, "[2001:db8::1]:4000", "[2001:db8::1]:4001"},
	} {
		t.Run(name, func(t *testing.T) {
			m := media(t, c.lines...)
			for what, pair := range map[string]struct {
				got  netip.AddrPort
				want string
			}{"RTP": {m.Addr(), c.rtp}, "RTCP": {m.RTCPAddr(), c.rtcp}} {
				want, _ := netip.ParseAddrPort(pair.want)
				if pair.got != want {
					t.Errorf("%s to %v, want %v", what, pair.got, want)
				}
			}
		})
	}
}

func TestProfiles(t *testing.T) {
	for proto, want := range map[string][3]bool{ // RTP, secure, UDPTL
		"RTP/AVP": {true, false, false}, "rtp/avp": {true, false, false}, "RTP/AVPF": {true, false, false},
		"RTP/SAVP": {true, true, false}, "RTP/SAVPF": {true, true, false}, "UDP/TLS/RTP/SAVPF": {true, true, false},
		"udptl": {false, false, true}, "UDPTL": {false, false, true}, "UDP/DTLS/SCTP": {false, false, false},
		"TCP/MSRP": {false, false, false},
	} {
		t.Run(proto, func(t *testing.T) {
			m := sdp.Media{Proto: proto}
			if got := [3]bool{m.RTP(), m.Secure(), m.UDPTL()}; got != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	opus := sdp.Codec{PT: 107, Name: "OPUS", Clock: 48000, Channels: 2}
	local := []sdp.Codec{pcma, opus, g722, {PT: 100, Name: "telephone-event", Clock: 8000, Channels: 1}, {PT: 99, Name: "telephone-event", Clock: 48000, Channels: 1}}
	for name, c := range map[string]struct {
		body  string
		local []sdp.Codec
		want  []uint8
	}{
		"their order and types":     {baresip, local, []uint8{96, 8, 9, 97, 101}},
		"no events of other clocks": {baresip, []sdp.Codec{pcma, local[3], local[4]}, []uint8{8, 101}},
		"events alone are nothing":  {baresip, local[3:], nil},
		"nothing":                   {telnyx, []sdp.Codec{opus}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []uint8
			for _, codec := range parse(t, c.body).Media[0].Match(c.local) {
				got = append(got, codec.PT)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindCodecDTMF(t *testing.T) {
	m := parse(t, baresip).Media[0]
	if c, ok := m.Find(sdp.Codec{PT: 111, Name: "Opus", Clock: 48000, Channels: 2}); !ok || c.PT != 96 {
		t.Errorf("opus %+v, %v", c, ok)
	}
	if _, ok := m.Find(g729); ok {
		t.Error("G.729 found")
	}
	if c, ok := m.Codec(9); !ok || c != g722 {
		t.Errorf("type 9 is %+v, %v", c, ok)
	}
	if _, ok := m.Codec(18); ok {
		t.Error("type 18 found")
	}
	for clock, want := range map[int]uint8{8000: 101, 48000: 97, 16000: 0} {
		if pt, ok := m.DTMF(clock); pt != want || ok != (want != 0) {
			t.Errorf("telephone-event at %d: %d, %v", clock, pt, ok)
		}
	}
}

func TestReject(t *testing.T) {
	offer := parse(t, faxGateway)
	answer := sdp.Session{Connection: netip.MustParseAddr("192.0.2.1")}
	for i := range offer.Media {
		answer.Media = append(answer.Media, offer.Media[i].Reject())
	}
	again := parse(t, string(answer.Append(nil)))
	for i, m := range again.Media {
		if m.Port != 0 || m.Kind != offer.Media[i].Kind || m.Proto != offer.Media[i].Proto || len(m.Attributes) != 0 {
			t.Errorf("section %d: %+v", i, m)
		}
	}
}

func TestRefusedWithoutFormats(t *testing.T) {
	m := media(t, "m=video 0 RTP/AVP")
	if len(m.Codecs) != 0 || m.Port != 0 {
		t.Errorf("%+v", m)
	}
}
