package page

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// Bounds of an image.
const (
	MaxImageBytes = 144 << 20 // of pixels in memory: colour, A4 or letter at 600 dpi

	maxSide = 32768

	// deflateRatio is the most bytes that one of zlib's can stand for.
	deflateRatio = 1032
)

// PNG makes a page of a PNG image and calls emit for each row, valid until emit returns.
// Transparent parts are white. Text is parted into black and white, photographs are
// dithered. It takes up to twice MaxImageBytes of memory meanwhile, for an image that is
// interlaced; an image cannot ask for more than its own length explains.
//
// Errors are emit's own or wrap ErrImage or ErrLimit.
func PNG(data []byte, l Layout, emit func(row []byte) error) error {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("cannot read PNG: %w: %w", ErrImage, err)
	}
	if err := bound(config, len(data)); err != nil {
		return err
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("cannot read PNG: %w: %w", ErrImage, err)
	}
	return render(picture, l, emit)
}

// bound checks what decoding will take before it is taken.
func bound(c image.Config, length int) error {
	memory, file := cost(c.ColorModel)
	pixels := int64(c.Width) * int64(c.Height)
	switch {
	case c.Width < 1 || c.Height < 1:
		return fmt.Errorf("cannot read PNG of %d by %d pixels: %w", c.Width, c.Height, ErrImage)
	case c.Width > maxSide || c.Height > maxSide || pixels*memory > MaxImageBytes:
		return fmt.Errorf("cannot read PNG of %d by %d pixels: %w", c.Width, c.Height, ErrLimit)
	case pixels*file/8 > deflateRatio*int64(length):
		return fmt.Errorf("cannot read PNG of %d by %d pixels in %d bytes: %w", c.Width, c.Height, length, ErrImage)
	}
	return nil
}

// cost is the bytes a pixel takes in memory and the bits it has at least in the file.
func cost(m color.Model) (memory, file int64) {
	switch m {
	case color.GrayModel:
		return 1, 1
	case color.Gray16Model:
		return 2, 16
	case color.RGBAModel:
		return 4, 24
	case color.NRGBAModel:
		return 4, 16
	case color.RGBA64Model:
		return 8, 48
	case color.NRGBA64Model:
		return 8, 32
	}
	return 1, 1 // a palette
}

func render(picture image.Image, l Layout, emit func(row []byte) error) error {
	size := picture.Bounds().Size()
	row := inker(picture)
	ink, counts := make([]byte, size.X), new(histogram)
	step := max(1, size.Y/1024)
	for y := 0; y < size.Y; y += step {
		row(y, ink)
		for _, v := range ink {
			counts[v]++
		}
	}
	s, err := newScaler(Source{Width: size.X, Height: size.Y}, l, counts.screen(), emit)
	if err != nil {
		return err
	}
	for y := range size.Y {
		row(y, s.ink)
		if err := s.grey(); err != nil {
			return err
		}
	}
	return nil
}

// inker returns a function that writes the ink of row y of an image.
func inker(picture image.Image) func(y int, ink []byte) {
	origin := picture.Bounds().Min
	switch p := picture.(type) {
	case *image.Gray:
		return func(y int, ink []byte) {
			for x, v := range p.Pix[y*p.Stride:][:len(ink)] {
				ink[x] = 255 - v
			}
		}
	case *image.Paletted:
		var table [256]byte
		for i, c := range p.Palette {
			table[i] = inkOf(c)
		}
		return func(y int, ink []byte) {
			for x, v := range p.Pix[y*p.Stride:][:len(ink)] {
				ink[x] = table[v]
			}
		}
	case *image.RGBA:
		return rgb(p.Pix, p.Stride, false)
	case *image.NRGBA:
		return rgb(p.Pix, p.Stride, true)
	}
	return func(y int, ink []byte) {
		for x := range ink {
			ink[x] = inkOf(picture.At(origin.X+x, origin.Y+y))
		}
	}
}

// rgb is for four bytes a pixel; alpha says that the last is opacity, by which the others
// are not multiplied yet. Without it they are opaque.
func rgb(pix []byte, stride int, alpha bool) func(y int, ink []byte) {
	return func(y int, ink []byte) {
		row := pix[y*stride:][:4*len(ink)]
		for x := range ink {
			p := row[4*x : 4*x+4 : 4*x+4]
			v := 255 - luma(uint32(p[0]), uint32(p[1]), uint32(p[2]))
			if alpha {
				v = v * uint32(p[3]) / 255
			}
			ink[x] = byte(v)
		}
	}
}

// luma is the brightness of a colour (ITU-R BT.601), in the range of its parts.
func luma(r, g, b uint32) uint32 { return (299*r + 587*g + 114*b) / 1000 }

// inkOf is the ink of a colour on white paper.
func inkOf(c color.Color) byte {
	r, g, b, a := c.RGBA() // multiplied by a
	return byte((a - min(luma(r, g, b), a)) >> 8)
}
