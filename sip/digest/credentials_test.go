package digest

import (
	"errors"
	"strings"
	"testing"
)

const plain = `Digest username="bob",realm="r",nonce="n",uri="sip:r",response="00"`

var credentialCases = []struct {
	name, value string
	want        error
}{
	{"least", plain, nil},
	{"any case, blanks, folding", "DIGEST  UserName = \"bob\" ,\r\n\trealm=\"r\" , nonce=\"n\", uri=\"sip:r\", response=\"00\"  ", nil},
	{"quoted algorithm, qop and nc", plain + `,algorithm="md5",qop="auth",nc="0000000a",cnonce="c"`, nil},
	{"unknown parameters", plain + `,x=1,y="a,b=\"c\"",auth-param=z/y`, nil},
	{"empty username", strings.Replace(plain, `"bob"`, `""`, 1), nil},
	{"nc and cnonce without qop", plain + `,nc=00000001,cnonce="c"`, nil},
	{"empty", "", ErrScheme},
	{"scheme alone", "Digest", ErrScheme},
	{"another scheme", `Basic dXNlcg==`, ErrScheme},
	{"longer scheme", strings.Replace(plain, "Digest", "Digests", 1), ErrScheme},
	{"nothing after the scheme", "Digest ", ErrSyntax},
	{"no username", strings.Replace(plain, "username", "user", 1), ErrMissing},
	{"no response", strings.Replace(plain, "response", "respons", 1), ErrMissing},
	{"qop without nc", plain + `,qop=auth,cnonce="c"`, ErrMissing},
	{"qop without cnonce", plain + `,qop=auth,nc=00000001`, ErrMissing},
	{"username twice", plain + `,username="eve"`, ErrDuplicate},
	{"algorithm twice", plain + `,algorithm=MD5,ALGORITHM=MD5`, ErrDuplicate},
	{"token for username", strings.Replace(plain, `"bob"`, `bob`, 1), ErrSyntax},
	{"open quote", plain + `,opaque="x`, ErrSyntax},
	{"open escape", plain + `,opaque="x\`, ErrSyntax},
	{"no value", plain + `,opaque=`, ErrSyntax},
	{"no equals", plain + `,opaque`, ErrSyntax},
	{"trailing comma", plain + `,`, ErrSyntax},
	{"no comma", plain + ` opaque="x"`, ErrSyntax},
	{"line end inside quotes", plain + ",opaque=\"a\r\nb\"", ErrSyntax},
	{"NUL inside quotes", plain + ",opaque=\"a\x00b\"", ErrSyntax},
	{"not UTF-8", plain + ",opaque=\"\xff\"", ErrSyntax},
	{"nc of zero", plain + `,qop=auth,cnonce="c",nc=00000000`, ErrNC},
	{"short nc", plain + `,qop=auth,cnonce="c",nc=1`, ErrNC},
	{"nc not hexadecimal", plain + `,qop=auth,cnonce="c",nc=0000000g`, ErrNC},
	{"long parameter", plain + `,opaque="` + strings.Repeat("x", MaxParam+1) + `"`, ErrTooLong},
	{"long token", plain + `,x=` + strings.Repeat("x", MaxParam+1), ErrTooLong},
	{"many parameters", plain + strings.Repeat(",x=y", MaxParams), ErrTooLong},
	{"long value", plain + strings.Repeat(" ", MaxValue), ErrTooLong},
}

func TestParseCredentials(t *testing.T) {
	for _, tt := range credentialCases {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := ParseCredentials([]byte(tt.value)); !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestParseCredentialsFields(t *testing.T) {
	c := mustParse(t, []byte(`Digest username="b\"ob",realm="r",nonce="n",uri="sip:r",response="AB",`+
		`opaque="o",algorithm=sha-256,qop=AUTH,nc=0000001F,cnonce="c"`))
	for name, pair := range map[string][2]string{
		"username": {string(c.Username), `b\"ob`}, "realm": {string(c.Realm), "r"}, "nonce": {string(c.Nonce), "n"},
		"uri": {string(c.URI), "sip:r"}, "response": {string(c.Response), "AB"}, "opaque": {string(c.Opaque), "o"},
		"nc": {string(c.NC), "0000001F"}, "cnonce": {string(c.Cnonce), "c"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s = %q, want %q", name, pair[0], pair[1])
		}
	}
	if !c.UsernameEscaped || c.Algorithm != SHA256 || c.QOP != Auth || c.Count != 31 {
		t.Errorf("%+v", c)
	}
	if c := mustParse(t, []byte(plain+`,qop=auth-int,nc=00000001,cnonce="c",algorithm=MD5-sess`)); c.QOP != OtherQOP || c.Algorithm != Unknown {
		t.Errorf("%+v", c)
	}
}

func FuzzParseCredentials(f *testing.F) {
	for _, tt := range credentialCases {
		f.Add([]byte(tt.value))
	}
	for _, tt := range published {
		f.Add(folded(tt.value))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		c, err := ParseCredentials(value)
		if err != nil {
			return
		}
		if c.QOP == NoQOP != (c.Count == 0) {
			t.Fatalf("count %d with qop %d", c.Count, c.QOP)
		}
		var v Verifier
		e := Expected{"REGISTER", c.URI, string(c.Realm), AlgorithmsOf(MD5, SHA256), false}
		if v.Verify(&c, e, nil) == nil {
			t.Fatal("an unknown user verified")
		}
	})
}
