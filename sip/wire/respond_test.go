package wire

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	testKey    = &[32]byte{1, 2, 3}
	testSource = netip.MustParseAddrPort("198.51.100.7:41234")
)

func TestAppendResponse(t *testing.T) {
	const want = "SIP/2.0 423 Interval Too Brief\r\n" +
		"Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1;received=198.51.100.7;rport=41234\r\n" +
		"Via: SIP/2.0/TCP a;branch=z9hG4bK2 , SIP/2.0/UDP b\r\n" +
		"From: \"Alice\" <sip:alice@example.com>  ;tag=1\r\n" +
		"To: <sip:alice@example.com>;tag=TAG\r\n" +
		"Call-ID: 1@192.0.2.10\r\n" +
		"CSeq: 2  REGISTER\r\n" +
		"Min-Expires: 60\r\n" +
		"Content-Length: 0\r\n\r\n"
	request := "REGISTER sip:example.com SIP/2.0\r\n" +
		"v: SIP/2.0/UDP 192.0.2.10:5060;rport;branch=z9hG4bK1\r\n" +
		"VIA: SIP/2.0/TCP a;branch=z9hG4bK2 , SIP/2.0/UDP b\r\n" +
		"f: \"Alice\" <sip:alice@example.com>\r\n  ;tag=1\r\n" +
		"To: <sip:alice@example.com>\r\n" +
		"i: 1@192.0.2.10\r\n" +
		"CSeq: 2\r\n  REGISTER\r\n\r\n"
	var m Message
	if err := Scan([]byte(request), &m); err != nil {
		t.Fatal(err)
	}
	got := AppendResponse(nil, &m, &Response{Status: 423, Source: testSource, Key: testKey, Headers: []byte("Min-Expires: 60\r\n")})
	if diff := cmp.Diff(strings.Replace(want, "TAG", string(AppendTag(nil, &m, testKey)), 1), string(got)); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
}

// TestResponseVia: received and rport (RFC 3261 18.2.1, RFC 3581 4), and where the
// answer goes (18.2.2).
func TestResponseVia(t *testing.T) {
	for _, tt := range []struct{ name, via, source, want, to string }{
		{"sent from where it says", "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1", "192.0.2.1:5070", "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1", "192.0.2.1:5070"},
		{"other port without rport", "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1", "192.0.2.1:999", "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1", "192.0.2.1:5070"},
		{"no port", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", "192.0.2.1:999", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", "192.0.2.1:5060"},
		{"no port over TLS", "SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK1", "192.0.2.1:999", "SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK1", "192.0.2.1:5061"},
		{"name", "SIP/2.0/UDP h;branch=z9hG4bK1", "192.0.2.1:999", "SIP/2.0/UDP h;branch=z9hG4bK1;received=192.0.2.1", "192.0.2.1:999"},
		{"no parameters", "SIP/2.0/UDP h", "192.0.2.1:999", "SIP/2.0/UDP h;received=192.0.2.1", "192.0.2.1:999"},
		{"NAT", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1", "192.0.2.1:999", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;received=192.0.2.1", "192.0.2.1:999"},
		{"rport", "SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1", "192.0.2.1:999", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;received=192.0.2.1;rport=999", "192.0.2.1:999"},
		{"rport without NAT", "SIP/2.0/UDP 192.0.2.1:999;branch=z9hG4bK1;rport", "192.0.2.1:999", "SIP/2.0/UDP 192.0.2.1:999;branch=z9hG4bK1;received=192.0.2.1;rport=999", "192.0.2.1:999"},
		{"rport with a value", "SIP/2.0/UDP 192.0.2.1:999;rport=5060;x=\"a;rport=1\"", "192.0.2.1:999", "SIP/2.0/UDP 192.0.2.1:999;x=\"a;rport=1\";received=192.0.2.1;rport=999", "192.0.2.1:999"},
		{"received is forged", "SIP/2.0/UDP 192.0.2.1:999;received=203.0.113.1;branch=z9hG4bK1", "192.0.2.1:999", "SIP/2.0/UDP 192.0.2.1:999;branch=z9hG4bK1", "192.0.2.1:999"},
		{"both are, in any order", "SIP/2.0/UDP h;rport=1;a;received=203.0.113.1;b", "192.0.2.1:999", "SIP/2.0/UDP h;a;b;received=192.0.2.1;rport=999", "192.0.2.1:999"},
		{"maddr is not followed", "SIP/2.0/UDP h;maddr=203.0.113.1;branch=z9hG4bK1", "192.0.2.1:999", "SIP/2.0/UDP h;maddr=203.0.113.1;branch=z9hG4bK1;received=192.0.2.1", "192.0.2.1:999"},
		{"IPv6", "SIP/2.0/UDP [2001:DB8:0::1]:5070;branch=z9hG4bK1", "[2001:db8::1]:5070", "SIP/2.0/UDP [2001:DB8:0::1]:5070;branch=z9hG4bK1", "[2001:db8::1]:5070"},
		{"IPv6 NAT", "SIP/2.0/UDP [2001:db8::1]:5070;rport", "[2001:db8::2]:999", "SIP/2.0/UDP [2001:db8::1]:5070;received=2001:db8::2;rport=999", "[2001:db8::2]:999"},
		{"IPv4 on an IPv6 socket", "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1", "[::ffff:192.0.2.1]:5070", "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1", "[::ffff:192.0.2.1]:5070"},
		{"more values in the header", "SIP/2.0/UDP h;rport , SIP/2.0/UDP i;rport", "192.0.2.1:999", "SIP/2.0/UDP h;received=192.0.2.1;rport=999 , SIP/2.0/UDP i;rport", "192.0.2.1:999"},
		{"folded", "SIP/2.0/UDP h\r\n ;rport\r\n ;branch=z9hG4bK1", "192.0.2.1:999", "SIP/2.0/UDP h ;branch=z9hG4bK1;received=192.0.2.1;rport=999", "192.0.2.1:999"},
		{"malformed is repeated", "SIP/2.0/UDP h;;rport", "192.0.2.1:999", "SIP/2.0/UDP h;;rport", "192.0.2.1:999"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			message := strings.Replace(register, "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1872301273;rport", tt.via, 1)
			var m Message
			if err := Scan([]byte(message), &m); err != nil && m.Top.Valid {
				t.Fatal(err)
			}
			source := netip.MustParseAddrPort(tt.source)
			response := AppendResponse(nil, &m, &Response{Status: 200, Source: source, Key: testKey})
			if diff := cmp.Diff("Via: "+tt.want, strings.Split(string(response), "\r\n")[1]); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if to := m.Top.ResponseAddr(source); to != netip.MustParseAddrPort(tt.to) {
				t.Errorf("answered at %v, want %v", to, tt.to)
			}
		})
	}
}

// TestTag: the tag is the same for a retransmission and another for another key or
// request; a tag that is there stays, and 100 needs none.
func TestTag(t *testing.T) {
	tag := func(message string, status int, key *[32]byte) string {
		var m, answer Message
		if err := Scan([]byte(message), &m); err != nil {
			t.Fatal(err)
		}
		if err := Scan(AppendResponse(nil, &m, &Response{Status: status, Source: testSource, Key: key}), &answer); err != nil {
			t.Fatal(err)
		}
		return string(answer.To.Tag)
	}
	first := tag(register, 401, testKey)
	switch {
	case len(first) != 20, tag(register, 200, testKey) != first:
		t.Errorf("tag %q, then %q", first, tag(register, 200, testKey))
	case tag(register, 200, &[32]byte{9}) == first:
		t.Error("the key makes no difference")
	case tag(strings.Replace(register, "0_1872301275", "1_1872301275", 1), 200, testKey) == first:
		t.Error("the Call-ID makes no difference")
	case tag(strings.Replace(register, "tag=1", "tag=2", 1), 200, testKey) == first:
		t.Error("the From tag makes no difference")
	case tag(strings.Replace(register, "<sip:alice@example.com>\r\n", "<sip:alice@example.com>;tag=x\r\n", 1), 200, testKey) != "x":
		t.Error("a tag was not kept")
	case tag(register, 100, testKey) != "":
		t.Error("100 has a tag")
	}
}
