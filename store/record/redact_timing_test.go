package record

import (
	"strings"
	"testing"
)

func BenchmarkRedact(b *testing.B) {
	message := "INVITE sip:2001@pbx.example SIP/2.0\r\n" + strings.Repeat("Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport\r\n", 8) +
		"\r\nv=0\r\n" + strings.Repeat("a=rtpmap:101 telephone-event/8000\r\n", 8)
	for name, m := range map[string]string{"none": message, "digest": "Authorization: Digest response=\"abc\"\r\n" + message} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				Redact(m)
			}
		})
	}
}
