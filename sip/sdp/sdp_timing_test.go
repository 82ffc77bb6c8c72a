package sdp_test

import (
	"testing"

	"dialtone/sip/sdp"
)

// BenchmarkParse reads a desk phone's offer.
func BenchmarkParse(b *testing.B) {
	body := []byte(yealink)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := sdp.Parse(body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAppend writes it.
func BenchmarkAppend(b *testing.B) {
	s, err := sdp.Parse([]byte(yealink))
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = s.Append(dst[:0])
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	s := parse(t, bria)
	dst := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { dst = s.Append(dst[:0]) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestParseAllocatesLittle(t *testing.T) {
	body := []byte(yealink)
	// The session, the text, its sections, its codecs, the fields of o= and c=.
	if n := testing.AllocsPerRun(100, func() { _, _ = sdp.Parse(body) }); n > 6 {
		t.Errorf("%v allocations", n)
	}
}
