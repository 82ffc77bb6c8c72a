package digest

import (
	"errors"
	"strings"
	"testing"
)

// published are the worked examples of the RFCs.
var published = []struct {
	name, username, realm, password, value string
	alg                                    Algorithm
}{
	{
		"RFC 7616 3.9.1 MD5", "Mufasa", "http-auth@example.org", "Circle of Life",
		`Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html",
		 algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,
		 cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth,
		 response="8ca523f5e9506fed4657c9700eebdbec", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`, MD5,
	},
	{
		"RFC 7616 3.9.1 SHA-256", "Mufasa", "http-auth@example.org", "Circle of Life",
		`Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html",
		 algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,
		 cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth,
		 response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
		 opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`, SHA256,
	},
	{
		"RFC 2617 3.5", "Mufasa", "testrealm@host.com", "Circle Of Life",
		`Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
		 uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b",
		 response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"`, MD5,
	},
	{
		"RFC 2069 2.4 with its erratum", "Mufasa", "testrealm@host.com", "CircleOfLife",
		`Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
		 uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea", opaque="5ccc069c403ebaf9f0171e9517f40e41"`, MD5,
	},
}

// folded turns the tables' line breaks into header folding.
func folded(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func mustParse(t *testing.T, value []byte) Credentials {
	t.Helper()
	c, err := ParseCredentials(value)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVerifyPublishedExamples(t *testing.T) {
	for _, tt := range published {
		t.Run(tt.name, func(t *testing.T) {
			c := mustParse(t, folded(tt.value))
			want := Expected{"GET", []byte("/dir/index.html"), tt.realm, AlgorithmsOf(tt.alg), false}
			var v Verifier
			if err := v.Verify(&c, want, HA1(tt.username, tt.realm, tt.password, tt.alg)); err != nil {
				t.Fatal(err)
			}
			if err := v.Verify(&c, want, HA1(tt.username, tt.realm, "another", tt.alg)); !errors.Is(err, ErrResponse) {
				t.Fatalf("wrong password: %v", err)
			}
		})
	}
}

// register answers a challenge the way a phone would.
func register(t *testing.T, c Challenged, username, password string) Credentials {
	t.Helper()
	value, err := Respond(c, Answer{username, password, "REGISTER", "sip:pbx.example", "c0ffee", 1})
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, value)
}

func TestVerifyRefusals(t *testing.T) {
	const realm, user, password = "pbx.example", "alice", "correct horse"
	md5Auth := Challenged{Realm: realm, Nonce: "n", Algorithm: MD5, QOP: Auth}
	both := AlgorithmsOf(MD5, SHA256)
	tests := []struct {
		name   string
		change func(c *Credentials, e *Expected, ha1 *[]byte)
		want   error
	}{
		{"all right", func(*Credentials, *Expected, *[]byte) {}, nil},
		{"upper-case response", func(c *Credentials, _ *Expected, _ *[]byte) {
			c.Response = []byte(strings.ToUpper(string(c.Response)))
		}, nil},
		{"unknown user", func(_ *Credentials, _ *Expected, h *[]byte) { *h = nil }, ErrResponse},
		{"hash of another algorithm", func(_ *Credentials, _ *Expected, h *[]byte) { *h = make([]byte, 32) }, ErrResponse},
		{"another method", func(_ *Credentials, e *Expected, _ *[]byte) { e.Method = "INVITE" }, ErrResponse},
		{"another realm", func(_ *Credentials, e *Expected, _ *[]byte) { e.Realm = "other.example" }, ErrRealm},
		{"MD5 where only SHA-256 is offered", func(_ *Credentials, e *Expected, _ *[]byte) {
			e.Algorithms = AlgorithmsOf(SHA256)
		}, ErrAlgorithm},
		{"unknown algorithm", func(c *Credentials, _ *Expected, _ *[]byte) { c.Algorithm = Unknown }, ErrAlgorithm},
		{"auth-int", func(c *Credentials, _ *Expected, _ *[]byte) { c.QOP = OtherQOP }, ErrQOP},
		{"SHA-256 without qop", func(c *Credentials, _ *Expected, _ *[]byte) { c.Algorithm, c.QOP = SHA256, NoQOP }, ErrQOP},
		{"another uri", func(_ *Credentials, e *Expected, _ *[]byte) { e.URI = []byte("sip:bob@pbx.example") }, ErrURI},
		{"another uri, allowed", func(_ *Credentials, e *Expected, _ *[]byte) {
			e.URI, e.AnyURI = []byte("sip:bob@pbx.example"), true
		}, nil},
		{"uri with parameters", func(_ *Credentials, e *Expected, _ *[]byte) {
			e.URI = []byte("sip:PBX.example:5060;transport=udp")
		}, nil},
		{"empty response", func(c *Credentials, _ *Expected, _ *[]byte) { c.Response = nil }, ErrResponse},
		{"cut response", func(c *Credentials, _ *Expected, _ *[]byte) { c.Response = c.Response[:16] }, ErrResponse},
		{"huge response", func(c *Credentials, _ *Expected, _ *[]byte) { c.Response = make([]byte, 500) }, ErrResponse},
		{"other nc", func(c *Credentials, _ *Expected, _ *[]byte) { c.NC = []byte("00000002") }, ErrResponse},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := register(t, md5Auth, user, password)
			e := Expected{"REGISTER", []byte("sip:pbx.example"), realm, both, false}
			ha1 := HA1(user, realm, password, MD5)
			tt.change(&c, &e, &ha1)
			var v Verifier
			if err := v.Verify(&c, e, ha1); !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestVerifyNames(t *testing.T) {
	for _, user := range []string{"zoé", "田中", `a"b`, `back\slash`, "user name", "a@b"} {
		t.Run(user, func(t *testing.T) {
			for _, a := range []Algorithm{MD5, SHA256} {
				c := register(t, Challenged{Realm: "r", Nonce: "n", Algorithm: a, QOP: Auth}, user, "pässword")
				name := c.Username
				if c.UsernameEscaped {
					name = AppendUnescaped(nil, name)
				}
				if string(name) != user {
					t.Fatalf("username %q", name)
				}
				var v Verifier
				e := Expected{"REGISTER", []byte("sip:pbx.example"), "r", AlgorithmsOf(a), false}
				if err := v.Verify(&c, e, HA1(user, "r", "pässword", a)); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestSameURI(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"sip:a.example", "sip:a.example", true},
		{"sip:a.example", "SIP:A.EXAMPLE:5060;transport=tcp", true},
		{"sips:a.example", "sips:a.example:5061", true},
		{"sip:[2001:db8::1]", "sip:[2001:DB8::1]:5060", true},
		{"sip:u@a.example?x=y", "sip:u@a.example", true},
		{"sip:u;x=1@a.example", "sip:u@a.example", false},
		{"sip:a.example", "sips:a.example", false},
		{"sip:a.example", "sip:a.example:5062", false},
		{"sip:u@a.example", "sip:U@a.example", false},
		{"sip:u@a.example", "sip:a.example", false},
		{"tel:911", "tel:911", true},
		{"tel:911", "sip:911@a", false},
		{"sip:a:99999", "sip:a:99998", false},
		{"sip:", "sip:;x", false},
		{"", "sip:a", false},
	}
	for _, tt := range tests {
		if got := SameURI([]byte(tt.a), []byte(tt.b)); got != tt.want {
			t.Errorf("SameURI(%q, %q) = %v", tt.a, tt.b, got)
		}
		if got := SameURI([]byte(tt.b), []byte(tt.a)); got != tt.want {
			t.Errorf("SameURI(%q, %q) = %v", tt.b, tt.a, got)
		}
	}
}
