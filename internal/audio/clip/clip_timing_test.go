package clip

import (
	"os"
	"testing"
)

// BenchmarkMake makes a clip of a file, with CLIP=file of one of yours.
func BenchmarkMake(b *testing.B) {
	name := os.Getenv("CLIP")
	if name == "" {
		name = "testdata/stereo.opus"
	}
	file, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Make(b.Context(), file); err != nil {
			b.Fatal(err)
		}
	}
}
