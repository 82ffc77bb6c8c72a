package sdp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/sdp"
)

// FuzzParse: what is taken keeps the limits, and what we write of it means the same when
// it is read again.
func FuzzParse(f *testing.F) {
	for _, body := range phones {
		f.Add([]byte(body))
	}
	f.Add([]byte("v=0\nm=video 0 RTP/AVP\nm=audio 5/2 RTP/AVP 9 96\na=rtpmap:9 G722/16000\na=rtcp:7 IN IP4 h"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := sdp.Parse(b)
		if err != nil {
			return
		}
		checkLimits(t, s)
		// Writing may add lines: a refused section gets a format, hence a codec.
		once, err := sdp.Parse(s.Append(nil))
		if err != nil {
			if len(s.Append(nil)) > sdp.MaxSession || len(b) > sdp.MaxLine {
				return
			}
			t.Fatalf("cannot read what we wrote: %v\n%s", err, s.Append(nil))
		}
		twice, err := sdp.Parse(once.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(once, twice, compare); diff != "" {
			t.Fatal(diff)
		}
	})
}

func checkLimits(t *testing.T, s *sdp.Session) {
	if len(s.Media) > sdp.MaxMedia || len(s.Attributes) > sdp.MaxAttributes {
		t.Fatalf("%d sections, %d attributes", len(s.Media), len(s.Attributes))
	}
	for _, m := range s.Media {
		if m.Port < 0 || m.Port > 65535 || m.Port+2*m.Ports > 1<<16 && m.Ports > 1 || len(m.Codecs)+len(m.Formats) > sdp.MaxFormats {
			t.Fatalf("%+v", m)
		}
		for _, c := range m.Crypto {
			if len(c.Key) == 0 || len(c.Key) != sdp.KeyLength(c.Suite) {
				t.Fatalf("key of %s has %d bytes", c.Suite, len(c.Key))
			}
		}
	}
}
