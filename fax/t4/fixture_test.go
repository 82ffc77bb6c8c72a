package t4

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// page is rows as a decoder hands them out.
type page [][]byte

// textPage looks like a page of text to a coder: lines of marks with space between.
func textPage(width, rows int) page {
	random := rand.New(rand.NewPCG(1, 2))
	p := blankPage(width, rows)
	for top := 60; top+22 < rows-60; top += 36 {
		for x := width / 12; x < width*9/10; x += 13 + random.IntN(16) {
			letter(p, random, x, top)
		}
	}
	return p
}

func letter(p page, random *rand.Rand, x, top int) {
	for stroke := range 2 {
		left, slant := x+stroke*6, random.IntN(3)-1
		for y := range 8 + random.IntN(14) {
			at := left + slant*y/6
			blacken(p[top+y], at, at+2+random.IntN(2))
		}
	}
}

func blankPage(width, rows int) page {
	p := make(page, rows)
	for i := range p {
		p[i] = make([]byte, (width+7)/8)
	}
	return p
}

// noisePage is what no coding makes smaller.
func noisePage(width, rows int) page {
	random := rand.New(rand.NewPCG(3, 4))
	p := blankPage(width, rows)
	for _, row := range p {
		for i := range row {
			row[i] = byte(random.Uint32())
		}
		trim(row, width)
	}
	return p
}

// trim clears the bits past the width.
func trim(row []byte, width int) {
	if width%8 != 0 {
		row[len(row)-1] &= 0xff << (8 - width%8)
	}
}

// differ says where two pages differ.
func differ(want, got page) string {
	for y := range min(len(want), len(got)) {
		if !bytes.Equal(want[y], got[y]) {
			return fmt.Sprintf("row %d is\n%x, want\n%x", y, got[y], want[y])
		}
	}
	if len(want) != len(got) {
		return fmt.Sprintf("%d rows, want %d", len(got), len(want))
	}
	return ""
}

func encode(t testing.TB, f Format, p page) []byte {
	t.Helper()
	e, err := NewEncoder(f)
	if err != nil {
		t.Fatal(err)
	}
	var code []byte
	for _, row := range p {
		code = e.AppendRow(code, row)
	}
	return e.AppendEnd(code)
}

// decode feeds code in pieces of a size.
func decode(t testing.TB, f Format, code []byte, piece int) (page, Stats, error) {
	t.Helper()
	d, err := NewDecoder(f)
	if err != nil {
		t.Fatal(err)
	}
	var p page
	keep := func(row []byte) error {
		p = append(p, bytes.Clone(row))
		return nil
	}
	for len(code) > 0 && err == nil {
		n := min(piece, len(code))
		err = d.Feed(code[:n], keep)
		code = code[n:]
	}
	if err == nil {
		err = d.Finish(keep)
	}
	return p, d.Stats(), err
}

// anyPage draws rows that share much, little or nothing with those above.
func anyPage(t *rapid.T, width int) page {
	p := blankPage(width, rapid.IntRange(0, 12).Draw(t, "rows"))
	for y, row := range p {
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0: // white
		case 1:
			if y > 0 {
				copy(row, p[y-1])
			}
			at := rapid.IntRange(0, width-1).Draw(t, "pixel")
			row[at/8] ^= 0x80 >> (at % 8)
		case 2:
			for range rapid.IntRange(1, 5).Draw(t, "runs") {
				from := rapid.IntRange(0, width-1).Draw(t, "from")
				blacken(row, from, rapid.IntRange(from+1, width).Draw(t, "to"))
			}
		case 3:
			copy(row, rapid.SliceOfN(rapid.Byte(), len(row), len(row)).Draw(t, "noise"))
			trim(row, width)
		}
	}
	return p
}

// anyFormat draws a format, with all that an encoder can be told.
func anyFormat(t *rapid.T) Format {
	f := Format{
		Coding:     Coding(rapid.IntRange(0, 2).Draw(t, "coding")),
		Width:      rapid.SampledFrom([]int{1, 7, 8, 9, 63, 64, 65, 127, 128, 1728, 2048, 2432, 2592, 3456, 4864, 5300}).Draw(t, "width"),
		LSBFirst:   rapid.Bool().Draw(t, "lsb first"),
		K:          rapid.SampledFrom([]int{0, 1, 2, 4, 8, 1000}).Draw(t, "k"),
		MinRowBits: rapid.SampledFrom([]int{0, 0, 24, 192, 288}).Draw(t, "fill"),
		AlignEOL:   rapid.Bool().Draw(t, "align"),
	}
	f.Bare = f.Coding == MH && rapid.Bool().Draw(t, "bare")
	return f
}
