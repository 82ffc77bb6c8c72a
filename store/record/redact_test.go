package record

import (
	"regexp"
	"strings"
	"testing"
)

var redactions = []struct{ name, in, want string }{
	{
		"digest", "INVITE sip:a SIP/2.0\r\nAuthorization: Digest username=\"a\", response=\"0af1\", uri=\"sip:a\"\r\n\r\n",
		"INVITE sip:a SIP/2.0\r\nAuthorization: Digest username=\"a\", response=\"****\", uri=\"sip:a\"\r\n\r\n",
	},
	{"digest without quotes, folded", "Proxy-Authorization: Digest x=y,\r\n Response = 0af1,qop=auth\r\n", "Proxy-Authorization: Digest x=y,\r\n Response = \"****\",qop=auth\r\n"},
	{"digest, a quote not closed", "response=\"0af1, x\r\n", "response=\"****\", x\r\n"},
	{"two digests", "response=a\r\nresponse=b", "response=\"****\"\r\nresponse=\"****\""},
	{"another parameter", "noresponse=a, response_=b, response=", "noresponse=a, response_=b, response="},
	{"media key", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc/+=|2^20|1:4\r\n", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:****|2^20|1:4\r\n"},
	{"two media keys", "INLINE:a;inline:b", "INLINE:****;inline:****"},
	{"ICE", "a=ice-ufrag:x\r\na=ice-pwd:secret=\r\n", "a=ice-ufrag:x\r\na=ice-pwd:****\r\n"},
	{"ICE elsewhere", "b=a=ice-pwd:x", "b=a=ice-pwd:x"},
	{"nothing", "BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n\r\n", "BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n\r\n"},
}

func TestRedact(t *testing.T) {
	for _, tt := range redactions {
		t.Run(tt.name, func(t *testing.T) {
			if got := Redact(tt.in); got != tt.want {
				t.Errorf("Redact = %q, want %q", got, tt.want)
			}
		})
	}
}

// What is secret, said in another way.
var secrets = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\bresponse\s*=\s*("[^"]*"|[^\s,]+)`),
	regexp.MustCompile(`(?i)\binline:([^\s|;]+)`),
	regexp.MustCompile(`(?im)^a=ice-pwd:([^\r\n]+)`),
}

func FuzzRedact(f *testing.F) {
	for _, tt := range redactions {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		in = strings.Map(func(r rune) rune { // more than ASCII folds into letters
			if r > 127 {
				return -1
			}
			return r
		}, in)
		got := Redact(in)
		for _, secret := range secrets {
			for _, m := range secret.FindAllStringSubmatch(got, -1) {
				if !strings.Contains(m[1], Mask) {
					t.Fatalf("Redact(%q) = %q shows %q", in, got, m[1])
				}
			}
		}
	})
}
