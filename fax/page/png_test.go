package page

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"
)

// ramp is grey from white at the left to black at the right.
func ramp(width, height int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			g.Pix[y*g.Stride+x] = byte(255 - 255*x/(width-1))
		}
	}
	return g
}

// A photograph keeps its tones: the share of black is that of ink.
func TestPhotographIsDithered(t *testing.T) {
	for _, r := range []Resolution{Standard, Fine, Superfine} {
		got := fromPNG(t, ramp(400, 300), Layout{A4, r})
		for part := range 8 {
			left := part * Width / 8
			want := (float64(part) + 0.5) / 8
			if share := got.share(left, 0, left+Width/8, got.Height); math.Abs(share-want) > 0.03 {
				t.Errorf("%v: part %d is black to %.2f, want %.2f", r, part, share, want)
			}
		}
	}
}

// Text on grey paper comes out on white.
func TestTextIsParted(t *testing.T) {
	g := image.NewGray(image.Rect(0, 0, 864, 1000))
	draw.Draw(g, g.Rect, image.NewUniform(color.Gray{225}), image.Point{}, draw.Src)
	for y := 100; y < 900; y += 40 {
		draw.Draw(g, image.Rect(100, y, 700, y+8), image.NewUniform(color.Gray{70}), image.Point{}, draw.Src)
	}
	got := fromPNG(t, g, Layout{A4, Fine})
	if share := got.share(0, 0, Width, 100); share != 0 {
		t.Errorf("paper is black to %.3f", share)
	}
	// 20 lines of 600 by 8 of 864 by 1000 pixels.
	if share := got.share(0, 0, Width, got.Height); math.Abs(share-20*600*8/864e3) > 0.01 {
		t.Errorf("page is black to %.3f", share)
	}
}

// Black, white and grey of every kind of PNG that Go writes are told apart.
func TestEveryKind(t *testing.T) {
	size := image.Rect(0, 0, 96, 40)
	palette := color.Palette{color.White, color.Black, color.NRGBA{0, 0, 0, 0}, color.NRGBA{255, 0, 0, 255}}
	for name, picture := range map[string]draw.Image{
		"grey":            image.NewGray(size),
		"grey, 16 bits":   image.NewGray16(size),
		"colour":          image.NewRGBA(size),
		"alpha":           image.NewNRGBA(size),
		"colour, 16 bits": image.NewRGBA64(size),
		"alpha, 16 bits":  image.NewNRGBA64(size),
		"palette":         image.NewPaletted(size, palette),
	} {
		draw.Draw(picture, size, image.White, image.Point{}, draw.Src)
		draw.Draw(picture, image.Rect(0, 0, 48, 40), image.Black, image.Point{}, draw.Src)
		got := fromPNG(t, picture, Layout{A4, Fine})
		if got.share(0, 0, Width/2-20, got.Height) != 1 || got.share(Width/2+20, 0, Width, got.Height) != 0 {
			t.Errorf("%s: not black on the left, white on the right", name)
		}
	}
}

// What can be seen through is white, however it is coloured.
func TestTransparencyIsWhite(t *testing.T) {
	size := image.Rect(0, 0, 96, 40)
	for name, picture := range map[string]draw.Image{
		"alpha":          image.NewNRGBA(size),
		"alpha, 16 bits": image.NewNRGBA64(size),
		"palette":        image.NewPaletted(size, color.Palette{color.NRGBA{0, 0, 0, 0}, color.Black}),
	} {
		draw.Draw(picture, image.Rect(0, 0, 48, 40), image.Black, image.Point{}, draw.Src)
		got := fromPNG(t, picture, Layout{A4, Fine})
		if got.share(0, 0, Width/2-20, got.Height) != 1 || got.share(Width/2+20, 0, Width, got.Height) != 0 {
			t.Errorf("%s: not black on the left, white on the right", name)
		}
	}
}

// header is that of a PNG that says it has so many pixels, and none.
func header(width, height uint32, depth, kind byte) []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	body := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	body = append(binary.BigEndian.AppendUint32(body, height), depth, kind, 0, 0, 0)
	b = append(binary.BigEndian.AppendUint32(b, 13), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(body))
}

func TestPNGRefused(t *testing.T) {
	ok := encoded(t, ramp(40, 40))
	for name, tc := range map[string]struct {
		data []byte
		want error
	}{
		"empty":         {nil, ErrImage},
		"text":          {[]byte("GIF89a"), ErrImage},
		"cut":           {ok[:len(ok)/2], ErrImage},
		"no pixels":     {header(0, 0, 8, 0), ErrImage},
		"wide":          {header(maxSide+1, 1, 8, 0), ErrLimit},
		"long":          {header(1, maxSide+1, 8, 0), ErrLimit},
		"many pixels":   {header(maxSide, maxSide, 1, 0), ErrLimit},
		"many colours":  {header(7000, 7000, 8, 2), ErrLimit},
		"few bytes":     {header(6000, 6000, 8, 6), ErrImage},
		"fewer of grey": {header(9000, 9000, 1, 0), ErrImage},
	} {
		if err := PNG(tc.data, Layout{}, func([]byte) error { return nil }); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	full := errors.New("disk full")
	if err := PNG(ok, Layout{}, func([]byte) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
}

// FuzzPNG gives any bytes to the reader.
func FuzzPNG(f *testing.F) {
	f.Add(encoded(f, ramp(10, 9)))
	f.Add(encoded(f, image.NewNRGBA64(image.Rect(0, 0, 5, 5))))
	f.Add(encoded(f, image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.Black, color.White})))
	f.Add(header(6000, 6000, 8, 6))
	f.Add(append(header(200, 200, 1, 0), bytes.Repeat([]byte{0}, 100)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows := 0
		err := PNG(data, Layout{A4, Standard}, func(row []byte) error {
			rows++
			if len(row) != Width/8 {
				t.Fatalf("row of %d bytes", len(row))
			}
			return nil
		})
		if err != nil && !errors.Is(err, ErrImage) && !errors.Is(err, ErrLimit) {
			t.Fatal(err)
		}
		if err == nil && (rows == 0 || rows > (Layout{A4, Standard}).Rows()) {
			t.Fatalf("%d rows", rows)
		}
	})
}
