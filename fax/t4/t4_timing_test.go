package t4

import "testing"

// Standard pages in fine resolution: A4 is 2156 rows long.
const (
	benchWidth = 1728
	benchRows  = 2156
)

func benchPages() map[string]page {
	return map[string]page{"text": textPage(benchWidth, benchRows), "noise": noisePage(benchWidth, benchRows)}
}

// BenchmarkEncode codes a page; bytes are those of its pixels.
func BenchmarkEncode(b *testing.B) {
	for name, p := range benchPages() {
		for _, coding := range []Coding{MH, MR, MMR} {
			b.Run(name+"/"+coding.String(), func(b *testing.B) {
				e, err := NewEncoder(Format{Coding: coding, Width: benchWidth, K: 4})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(benchRows * benchWidth / 8)
				b.ReportAllocs()
				var code []byte
				for b.Loop() {
					code = code[:0]
					for _, row := range p {
						code = e.AppendRow(code, row)
					}
					code = e.AppendEnd(code)
				}
			})
		}
	}
}

// BenchmarkDecode reads a page; bytes are those of its pixels.
func BenchmarkDecode(b *testing.B) {
	for name, p := range benchPages() {
		for _, coding := range []Coding{MH, MR, MMR} {
			b.Run(name+"/"+coding.String(), func(b *testing.B) {
				f := Format{Coding: coding, Width: benchWidth, K: 4}
				code := encode(b, f, p)
				d, err := NewDecoder(f)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(benchRows * benchWidth / 8)
				b.ReportAllocs()
				for b.Loop() {
					d.Reset()
					if err := d.Feed(code, func([]byte) error { return nil }); err != nil || !d.Stats().Ended {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
