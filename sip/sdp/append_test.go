package sdp_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dialtone/sip/sdp"
)

func TestAppend(t *testing.T) {
	s := sdp.Session{
		Origin: sdp.Origin{ID: 7, Version: 8}, Name: "Dialtone", Connection: netip.MustParseAddr("192.0.2.1"),
		Media: []sdp.Media{
			{
				Kind: "audio", Port: 4000, Proto: "RTP/SAVP", Direction: sdp.SendOnly, Codecs: []sdp.Codec{pcmu, event, {PT: 99}},
				Ptime: 20, RTCP: netip.MustParseAddrPort("192.0.2.2:4009"),
				Crypto: []sdp.Crypto{{Tag: 1, Suite: sdp.AES128CMSHA1_80, Key: []byte(strings.Repeat("k", 30)), MKI: []byte{0, 1}}},
			},
			{Kind: "image", Port: 4002, Proto: "udptl", Formats: []string{"t38"}, Connection: netip.MustParseAddr("2001:db8::1")},
			{Kind: "video", Proto: "RTP/AVP", Direction: sdp.Inactive},
		},
	}
	want := lines(
		"v=0", "o=- 7 8 IN IP4 192.0.2.1", "s=Dialtone", "c=IN IP4 192.0.2.1", "t=0 0",
		"m=audio 4000 RTP/SAVP 0 101 99", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"+key(30)+"|1:2", "a=ptime:20", "a=rtcp:4009 IN IP4 192.0.2.2", "a=sendonly",
		"m=image 4002 udptl t38", "c=IN IP6 2001:db8::1",
		"m=video 0 RTP/AVP 0", "a=inactive",
	)
	if diff := cmp.Diff(want, string(s.Append(nil))); diff != "" {
		t.Error(diff)
	}
}

func TestAppendLetsNoTextBecomeALine(t *testing.T) {
	const evil = "x\r\nm=audio 1 RTP/AVP 0\n\x00"
	s := sdp.Session{
		Origin: sdp.Origin{Username: evil, Address: evil}, Name: evil, ConnectionName: evil,
		Bandwidth: []sdp.Bandwidth{{Type: evil}}, Attributes: []sdp.Attribute{{Name: evil, Value: evil}},
		Media: []sdp.Media{{
			Kind: evil, Proto: evil, Formats: []string{evil}, Codecs: []sdp.Codec{{Name: evil, Fmtp: evil}},
			Crypto: []sdp.Crypto{{Suite: evil, Params: evil}},
		}},
	}
	b := s.Append(nil)
	if n := strings.Count("\n"+string(b), "\nm="); n != 1 {
		t.Errorf("%d media lines in\n%s", n, b)
	}
	if strings.ContainsAny(strings.ReplaceAll(string(b), "\r\n", ""), "\r\n\x00") {
		t.Errorf("control bytes in %q", b)
	}
}

func TestPhonesRoundTrip(t *testing.T) {
	for name, body := range phones {
		t.Run(name, func(t *testing.T) {
			first := parse(t, body)
			if diff := cmp.Diff(first, parse(t, string(first.Append(nil))), compare); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawSession(t)
		b := want.Append(nil)
		got, err := sdp.Parse(b)
		if err != nil {
			t.Fatalf("%v in\n%s", err, b)
		}
		if diff := cmp.Diff(want, got, compare); diff != "" {
			t.Fatal(diff)
		}
	})
}

var (
	directions = rapid.SampledFrom([]sdp.Direction{sdp.SendRecv, sdp.SendOnly, sdp.RecvOnly, sdp.Inactive})
	addresses  = rapid.SampledFrom([]netip.Addr{
		netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("0.0.0.0"), netip.MustParseAddr("2001:db8::1"), netip.IPv6Unspecified(),
	})
	words  = rapid.StringMatching(`[A-Za-z][A-Za-z0-9-]{0,12}`)
	values = rapid.StringMatching(`([A-Za-z0-9;=:/.]([A-Za-z0-9;=:/. ]{0,20}[A-Za-z0-9;=:/.])?)?`)
	ports  = rapid.IntRange(0, 65535)
)

func drawSession(t *rapid.T) *sdp.Session {
	s := &sdp.Session{
		Origin: sdp.Origin{
			Username: words.Draw(t, "user"), ID: rapid.Uint64().Draw(t, "id"),
			Version: rapid.Uint64().Draw(t, "version"), Address: words.Draw(t, "origin"),
		},
		Name: words.Draw(t, "name"), Connection: addresses.Draw(t, "connection"), Direction: directions.Draw(t, "direction"),
		Attributes: drawAttributes(t),
	}
	for range rapid.IntRange(0, 4).Draw(t, "sections") {
		s.Media = append(s.Media, drawMedia(t))
	}
	return s
}

func drawMedia(t *rapid.T) sdp.Media {
	m := sdp.Media{
		Kind: "audio", Proto: "RTP/SAVP", Port: ports.Draw(t, "port"), Connection: addresses.Draw(t, "address"),
		Direction: directions.Draw(t, "flow"), Ptime: rapid.IntRange(0, 1000).Draw(t, "ptime"),
		MaxPtime: rapid.IntRange(0, 1000).Draw(t, "maxptime"), RTCPMux: rapid.Bool().Draw(t, "mux"),
		Attributes: drawAttributes(t),
	}
	if rapid.Bool().Draw(t, "fax") {
		m.Kind, m.Proto, m.Formats = "image", "udptl", []string{"t38"}
		m.Attributes = append(m.Attributes, sdp.T38{Version: 3, UDPEC: sdp.ECFEC}.Attributes()...)
		return m
	}
	for _, pt := range rapid.SliceOfNDistinct(rapid.Uint8Range(0, 127), 1, 6, rapid.ID).Draw(t, "types") {
		m.Codecs = append(m.Codecs, sdp.Codec{
			PT: pt, Name: words.Draw(t, "codec"), Clock: rapid.SampledFrom([]int{8000, 48000, 90000}).Draw(t, "clock"),
			Channels: rapid.IntRange(1, 2).Draw(t, "channels"), Fmtp: values.Draw(t, "fmtp"),
		})
	}
	for i, suite := range rapid.SliceOfN(rapid.SampledFrom([]string{
		sdp.AES128CMSHA1_80, sdp.AES128CMSHA1_32, sdp.AEADAES128GCM, sdp.AEADAES256GCM,
	}), 0, 3).Draw(t, "suites") {
		n := sdp.KeyLength(suite)
		m.Crypto = append(m.Crypto, sdp.Crypto{
			Tag: i + 1, Suite: suite, Key: rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "key"),
			Lifetime: rapid.Uint64Range(0, 1<<48).Draw(t, "lifetime"), MKI: rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "mki"),
		})
	}
	if port := ports.Draw(t, "rtcp"); port != 0 {
		m.RTCP = netip.AddrPortFrom(addresses.Draw(t, "rtcp address"), uint16(port))
	}
	return m
}

func drawAttributes(t *rapid.T) (a []sdp.Attribute) {
	for range rapid.IntRange(0, 3).Draw(t, "attributes") {
		a = append(a, sdp.Attribute{Name: "x-" + words.Draw(t, "attribute"), Value: values.Draw(t, "value")})
	}
	return a
}
