package page

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a bitmap with a file of testdata.
func golden(t *testing.T, name string, b *Bitmap) {
	t.Helper()
	file := filepath.Join("testdata", name+".png")
	picture := image.NewPaletted(image.Rect(0, 0, b.Width, b.Height), color.Palette{color.White, color.Black})
	for i := range picture.Pix {
		if b.Black(i%b.Width, i/b.Width) {
			picture.Pix[i] = 1
		}
	}
	if *update {
		if err := os.WriteFile(file, encoded(t, picture), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if want, ok := want.(*image.Paletted); !ok || want.Rect != picture.Rect || !bytes.Equal(want.Pix, picture.Pix) {
		t.Errorf("%s: not the bitmap expected", name)
	}
}

// collect keeps rows as a bitmap.
type collect struct {
	Bitmap
}

func (c *collect) row(row []byte) error {
	c.Width = 8 * len(row)
	c.Height++
	c.bits = append(c.bits, row...)
	return nil
}

// drawn returns a bitmap of what a picture has in black: 'x'.
func drawn(picture ...string) *Bitmap {
	b := newBitmap(len(picture[0]), len(picture))
	for y, line := range picture {
		for x, c := range line {
			if c == 'x' {
				b.blacken(x, y)
			}
		}
	}
	return b
}

func (b *Bitmap) picture() (lines []string) {
	for y := range b.Height {
		line := ""
		for x := range b.Width {
			line += map[bool]string{false: ".", true: "x"}[b.Black(x, y)]
		}
		lines = append(lines, line)
	}
	return lines
}

// share is how much of a rectangle is black.
func (b *Bitmap) share(left, top, right, bottom int) float64 {
	n := 0
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			if b.Black(x, y) {
				n++
			}
		}
	}
	return float64(n) / float64((right-left)*(bottom-top))
}

func encoded(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fromPNG(t testing.TB, picture image.Image, l Layout) *Bitmap {
	t.Helper()
	var c collect
	if err := PNG(encoded(t, picture), l, c.row); err != nil {
		t.Fatal(err)
	}
	return &c.Bitmap
}

func scaled(t testing.TB, b *Bitmap, s Source, l Layout) *Bitmap {
	t.Helper()
	var c collect
	scaler, err := NewScaler(s, l, c.row)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Rows(scaler.Row); err != nil {
		t.Fatal(err)
	}
	if c.Height != scaler.Height() {
		t.Errorf("%d rows, want %d", c.Height, scaler.Height())
	}
	return &c.Bitmap
}
