package peer

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The examples of RFC 7616 section 3.9.1.
func TestDigestVectors(t *testing.T) {
	for algorithm, want := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		c, ok := parseChallenge(`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=` + algorithm +
			`, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`)
		if !ok {
			t.Fatal("challenge not read")
		}
		c["uri"] = "/dir/index.html"
		answer := c.answer("Mufasa", "Circle of Life", "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", 1)
		got, ok := parseChallenge(answer)
		if !ok || got["qop"] != "auth" || got["nc"] != "00000001" || got["opaque"] != c["opaque"] {
			t.Errorf("%s: %s", algorithm, answer)
		}
		if response := got.response("Mufasa", "Circle of Life", "GET"); response != want {
			t.Errorf("%s: %s, want %s", algorithm, response, want)
		}
		if got["response"] != want {
			t.Errorf("%s: sent %s, want %s", algorithm, got["response"], want)
		}
	}
}

func TestParseChallenge(t *testing.T) {
	for text, ok := range map[string]bool{
		`Digest realm="a", nonce="b"`:          true,
		`Digest nonce=b,realm="a, b",stale=no`: true,
		`Digest realm="a"`:                     false,
		`Basic realm="a", nonce="b"`:           false,
		`Digest nonce="b`:                      false,
		`Digest nonce`:                         false,
		``:                                     false,
	} {
		if _, got := parseChallenge(text); got != ok {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func TestReadMessage(t *testing.T) {
	in := bufio.NewReader(strings.NewReader("\r\n\r\nNOTIFY sip:a@b SIP/2.0\r\nv: SIP/2.0/TCP a\r\nVia: SIP/2.0/TCP b\r\no: x\r\nl: 3\r\n\r\nabc" +
		"SIP/2.0 200 OK\r\nCSeq: 1 NOTIFY\r\n\r\n"))
	m, err := ReadMessage(in)
	if err != nil || m.Method() != "NOTIFY" || m.Status() != 0 || m.Get("Event") != "x" || m.Body != "abc" || len(m.Header["Via"]) != 2 {
		t.Errorf("%+v, %v", m, err)
	}
	m, err = ReadMessage(in)
	if err != nil || m.Method() != "" || m.Status() != 200 {
		t.Errorf("%+v, %v", m, err)
	}
	for _, bad := range []string{"", "A\r\nB\r\n\r\n", "A\r\nContent-Length: -1\r\n\r\n", "A\r\nl: 5\r\n\r\nabc", "A\r\nl: x\r\n\r\n"} {
		if m, err := ParseMessage(bad); err == nil {
			t.Errorf("%q: read as %+v", bad, m)
		}
	}
}

func TestReadTrace(t *testing.T) {
	const out = "hello\n\x1b[36;1m#\nUDP 127.0.0.1:1 -> 127.0.0.1:2\nOPTIONS sip:a SIP/2.0\r\nContent-Length: 4\r\n\r\na\r\nb\n\x1b[;m\nworld\n" +
		"\x1b[36;1m#\nnonsense\n\x1b[;m\n"
	messages, rest := newRecord[Traced](), newRecord[string]()
	readTrace(strings.NewReader(out), messages, rest.add)
	all := messages.All()
	if len(all) != 1 || all[0].Method() != "OPTIONS" || all[0].Body != "a\r\nb" || all[0].Source != "127.0.0.1:1" || all[0].Destination != "127.0.0.1:2" {
		t.Errorf("%+v", all)
	}
	if diff := cmp.Diff([]string{"hello", "world"}, rest.All()); diff != "" {
		t.Error(diff)
	}
}

func TestNetstring(t *testing.T) {
	var b bytes.Buffer
	if err := writeNetstring(&b, []byte("a:b,")); err != nil || b.String() != "4:a:b,," {
		t.Fatalf("%q, %v", b.String(), err)
	}
	if got, err := readNetstring(bufio.NewReader(&b)); err != nil || string(got) != "a:b," {
		t.Errorf("%q, %v", got, err)
	}
	for _, bad := range []string{"", "4", "4:a", "1:ab", "-1:", "x:,", "99999999:"} {
		if got, err := readNetstring(bufio.NewReader(strings.NewReader(bad))); err == nil {
			t.Errorf("%q: read as %q", bad, got)
		}
	}
}
