package digest

import (
	"strings"
	"testing"
)

func TestSplitChallenges(t *testing.T) {
	for name, c := range map[string]struct {
		value string
		want  []string
	}{
		"one":            {`Digest realm="a", nonce="b"`, []string{`Digest realm="a", nonce="b"`}},
		"two":            {`Digest realm="a", nonce="b", algorithm=SHA-256, Digest realm="a", nonce="b"`, []string{`Digest realm="a", nonce="b", algorithm=SHA-256`, `Digest realm="a", nonce="b"`}},
		"another scheme": {"Basic realm=\"a\",\r\n Digest realm=\"b\",nonce=\"c\"", []string{`Basic realm="a"`, `Digest realm="b",nonce="c"`}},
		"blanks":         {`Digest realm = "a" , nonce = "b"`, []string{`Digest realm = "a" , nonce = "b"`}},
		"in quotes":      {`Digest realm="a, Digest b=\", Digest c=", nonce="b"`, []string{`Digest realm="a, Digest b=\", Digest c=", nonce="b"`}},
		"a list":         {`Digest realm="a", qop="auth,auth-int", stale=false`, []string{`Digest realm="a", qop="auth,auth-int", stale=false`}},
		"a comma last":   {`Digest realm="a",`, []string{`Digest realm="a",`}},
		"nothing":        {"", []string{""}},
	} {
		var got []string
		for _, piece := range SplitChallenges([]byte(c.value)) {
			got = append(got, strings.TrimSpace(string(piece)))
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func FuzzSplitChallenges(f *testing.F) {
	f.Add([]byte(`Digest realm="a", nonce="b", Digest realm="a"`))
	f.Add([]byte("\\\",,  x y, Digest\t\r\n a"))
	f.Fuzz(func(t *testing.T, value []byte) {
		n := -1
		for _, piece := range SplitChallenges(value) {
			n += len(piece) + 1
		}
		if n != len(value) {
			t.Errorf("%d of %d bytes", n, len(value))
		}
	})
}
