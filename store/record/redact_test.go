package record

import "testing"

func TestRedact(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{
			"digest", "INVITE sip:a SIP/2.0\r\nAuthorization: Digest username=\"a\", response=\"0af1\", uri=\"sip:a\"\r\n\r\n",
			"INVITE sip:a SIP/2.0\r\nAuthorization: Digest username=\"a\", response=\"****\", uri=\"sip:a\"\r\n\r\n",
		},
		{"digest without quotes, folded", "Proxy-Authorization: Digest x=y,\r\n Response = 0af1,qop=auth\r\n", "Proxy-Authorization: Digest x=y,\r\n Response = \"****\",qop=auth\r\n"},
		{"media key", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc/+=|2^20|1:4\r\n", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:****|2^20|1:4\r\n"},
		{"ICE", "a=ice-ufrag:x\r\na=ice-pwd:secret\r\n", "a=ice-ufrag:x\r\na=ice-pwd:****\r\n"},
		{"nothing", "BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n\r\n", "BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Redact(tt.in); got != tt.want {
				t.Errorf("Redact = %q, want %q", got, tt.want)
			}
		})
	}
}
