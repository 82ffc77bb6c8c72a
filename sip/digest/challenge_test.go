package digest

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAppendChallenges(t *testing.T) {
	tests := []struct {
		name string
		c    Challenge
		want string
	}{
		{
			"MD5 alone",
			Challenge{Realm: "pbx.example", Nonce: []byte("n"), Algorithms: AlgorithmsOf(MD5)},
			"WWW-Authenticate: Digest realm=\"pbx.example\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\r\n",
		},
		{
			"strongest first",
			Challenge{Realm: "r", Nonce: []byte("n"), Algorithms: AlgorithmsOf(MD5, SHA256), Stale: true},
			"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", stale=true, algorithm=SHA-256, qop=\"auth\"\r\n" +
				"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", stale=true, algorithm=MD5, qop=\"auth\"\r\n",
		},
		{
			"opaque, and a realm to escape",
			Challenge{Realm: `a"b\`, Nonce: []byte("n"), Opaque: "o", Algorithms: AlgorithmsOf(MD5)},
			"WWW-Authenticate: Digest realm=\"a\\\"b\\\\\", nonce=\"n\", opaque=\"o\", algorithm=MD5, qop=\"auth\"\r\n",
		},
		{"nothing offered", Challenge{Realm: "r"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, string(AppendChallenges(nil, "WWW-Authenticate", &tt.c))); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestParseChallenge(t *testing.T) {
	c, err := ParseChallenge([]byte(`Digest realm="a\"b", nonce="n", opaque="o", stale=TRUE, algorithm=SHA-256, qop="auth-int, auth"`))
	want := Challenged{Realm: `a"b`, Nonce: "n", Opaque: "o", Algorithm: SHA256, QOP: Auth, Stale: true}
	if diff := cmp.Diff(want, c); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	c, err = ParseChallenge([]byte(`Digest realm="r", nonce="n"`))
	if diff := cmp.Diff(Challenged{Realm: "r", Nonce: "n", Algorithm: MD5}, c); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	if _, err := ParseChallenge([]byte(`Digest realm="r"`)); !errors.Is(err, ErrMissing) {
		t.Fatal(err)
	}
}

func TestChoose(t *testing.T) {
	md5Auth := Challenged{Algorithm: MD5, QOP: Auth}
	sha := Challenged{Algorithm: SHA256, QOP: Auth}
	authInt := Challenged{Algorithm: SHA256, QOP: OtherQOP}
	if c, ok := Choose([]Challenged{md5Auth, {}, sha, authInt}); !ok || c != sha {
		t.Fatal(c, ok)
	}
	if c, ok := Choose([]Challenged{authInt, md5Auth}); !ok || c != md5Auth {
		t.Fatal(c, ok)
	}
	if _, ok := Choose([]Challenged{{}, authInt}); ok {
		t.Fatal("chose a challenge nobody can answer")
	}
}

func TestRespondRefuses(t *testing.T) {
	if _, err := Respond(Challenged{Algorithm: Unknown}, Answer{}); !errors.Is(err, ErrAlgorithm) {
		t.Fatal(err)
	}
	if _, err := Respond(Challenged{Algorithm: MD5, QOP: OtherQOP}, Answer{}); !errors.Is(err, ErrQOP) {
		t.Fatal(err)
	}
}

// A client without qop (RFC 2069) against our verifier.
func TestRespondWithoutQOP(t *testing.T) {
	c := register(t, Challenged{Realm: "r", Nonce: "n", Algorithm: MD5}, "bob", "pw")
	if c.QOP != NoQOP || c.Count != 0 {
		t.Fatalf("%+v", c)
	}
	var v Verifier
	e := Expected{"REGISTER", []byte("sip:pbx.example"), "r", AlgorithmsOf(MD5), false}
	if err := v.Verify(&c, e, HA1("bob", "r", "pw", MD5)); err != nil {
		t.Fatal(err)
	}
}

func TestAuthenticationInfo(t *testing.T) {
	hash := func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }
	c := register(t, Challenged{Realm: "r", Nonce: "n", Algorithm: MD5, QOP: Auth}, "bob", "pw")
	ha1 := HA1("bob", "r", "pw", MD5)
	proof := hash(hash("bob:r:pw") + ":n:00000001:c0ffee:auth:" + hash(":sip:pbx.example"))
	var v Verifier
	want := fmt.Sprintf(`qop=auth, rspauth="%s", cnonce="c0ffee", nc=00000001`, proof)
	if diff := cmp.Diff(want, string(v.AppendAuthenticationInfo(nil, &c, ha1, nil))); diff != "" {
		t.Fatal(diff)
	}
	want = `nextnonce="m", ` + want
	if diff := cmp.Diff(want, string(v.AppendAuthenticationInfo(nil, &c, ha1, []byte("m")))); diff != "" {
		t.Fatal(diff)
	}
	old := register(t, Challenged{Realm: "r", Nonce: "n", Algorithm: MD5}, "bob", "pw")
	if got := v.AppendAuthenticationInfo(nil, &old, ha1, nil); len(got) != 0 {
		t.Fatalf("%q", got)
	}
}

func TestParseAlgorithms(t *testing.T) {
	tests := []struct {
		tokens string
		want   Algorithms
		err    error
	}{
		{"", AlgorithmsOf(MD5), nil},
		{"SHA-256", AlgorithmsOf(SHA256), nil},
		{"md5,sha-256", AlgorithmsOf(SHA256, MD5), nil},
		{"MD5-sess", 0, ErrAlgorithm},
	}
	for _, tt := range tests {
		var list []string
		if tt.tokens != "" {
			list = strings.Split(tt.tokens, ",")
		}
		if got, err := ParseAlgorithms(list); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("ParseAlgorithms(%q) = %v, %v", tt.tokens, got, err)
		}
	}
}
