package page

import (
	"fmt"
	"testing"
)

// BenchmarkScaler makes a page in fine resolution of a black and white scan.
func BenchmarkScaler(b *testing.B) {
	for _, dpi := range []int{200, 300, 600} {
		b.Run(fmt.Sprint(dpi), func(b *testing.B) {
			scan := striped(dpi*827/100, dpi*1169/100, 31, 3)
			s := Source{scan.Width, scan.Height, float64(dpi), float64(dpi)}
			b.SetBytes(int64(len(scan.bits)))
			for b.Loop() {
				scaler, err := NewScaler(s, Layout{A4, Fine}, func([]byte) error { return nil })
				if err != nil {
					b.Fatal(err)
				}
				if err := scan.Rows(scaler.Row); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPNG makes a page of a photograph.
func BenchmarkPNG(b *testing.B) {
	data := encoded(b, ramp(1700, 2200))
	b.SetBytes(1700 * 2200)
	for b.Loop() {
		if err := PNG(data, Layout{Letter, Fine}, func([]byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHeader draws a header line.
func BenchmarkHeader(b *testing.B) {
	for b.Loop() {
		Header{Time: "2026-11-22 14:41 EST", From: "Clinic +1 312 555 0100", To: "+1 312 555 0199", Page: 2, Pages: 12}.Bitmap(Fine)
	}
}
