package tiff

import (
	"io"
	"testing"

	"dialtone/fax/t4"
)

// BenchmarkWriter writes a page of A4 in fine resolution; bytes are those of its pixels.
func BenchmarkWriter(b *testing.B) {
	p := pattern(1728, 2287, 1)
	b.SetBytes(1728 / 8 * 2287)
	b.ReportAllocs()
	for b.Loop() {
		write(b, Options{Coding: t4.MMR}, 1728, p)
	}
}

// BenchmarkPDF makes a PDF of a document in T.6, whose code is copied.
func BenchmarkPDF(b *testing.B) {
	d := open(b, write(b, Options{Coding: t4.MMR}, 1728, pattern(1728, 2287, 1)))
	b.SetBytes(1728 / 8 * 2287)
	b.ReportAllocs()
	for b.Loop() {
		if err := d.WritePDF(io.Discard, Info{}); err != nil {
			b.Fatal(err)
		}
	}
}
