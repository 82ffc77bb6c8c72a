package fax

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"

	"dialtone/fax/page"
	"dialtone/fax/tiff"
	"dialtone/store"
	"dialtone/store/record"
)

// WritePNG writes page n, from 1, of a fax's document as a picture in black and white for
// a screen: its pixels are square, which those of a fax are not. store.ErrNotFound when
// there is no such page, or no document any longer.
func WritePNG(out io.Writer, from *store.Store, f *record.Fax, n int) error {
	if f.TIFFSize == 0 || f.Deleted {
		return store.ErrNotFound
	}
	file, err := from.Blobs().Open(f.TIFF)
	if err != nil {
		return fmt.Errorf("cannot open document of fax %q: %w", f.ID, err)
	}
	defer func() { _ = file.Close() }()
	doc, err := tiff.Open(file, f.TIFFSize)
	if err != nil {
		return fmt.Errorf("cannot read document of fax %q: %w", f.ID, err)
	}
	if n < 1 || n > len(doc.Pages) {
		return store.ErrNotFound
	}
	p, err := pictureOf(doc, n-1)
	if err != nil {
		return fmt.Errorf("cannot read page %d of fax %q: %w", n, f.ID, err)
	}
	coder := png.Encoder{CompressionLevel: png.BestSpeed}
	return coder.Encode(out, p)
}

// pictureOf is a page with square pixels: rows are repeated, or joined so that black stays
// black.
func pictureOf(doc *tiff.Document, n int) (*picture, error) {
	of := doc.Pages[n]
	rows := of.Rows
	if rows == 0 { // the file does not say
		if _, err := doc.Rows(n, func([]byte) error { rows++; return nil }); err != nil {
			return nil, err
		}
	}
	bits, err := page.NewBitmap(of.Width, squareRows(rows, &of))
	if err != nil {
		return nil, err
	}
	y := 0
	_, err = doc.Rows(n, func(row []byte) error {
		if y >= rows {
			return errAllRows
		}
		first := y * bits.Height / rows
		last := max((y+1)*bits.Height/rows, first+1)
		for at := first; at < min(last, bits.Height); at++ {
			for i, b := range row {
				bits.Row(at)[i] |= b
			}
		}
		y++
		return nil
	})
	if err != nil && !errors.Is(err, errAllRows) {
		return nil, err
	}
	return &picture{bits}, nil
}

// errAllRows ends reading a page.
var errAllRows = errors.New("page is complete")

// squareRows is how many rows make pixels square.
func squareRows(rows int, p *tiff.Page) int {
	if p.XDPI <= 0 || p.YDPI <= 0 || rows == 0 {
		return max(rows, 1)
	}
	return max(int(math.Round(float64(rows)*p.XDPI/p.YDPI)), 1)
}

// picture shows a bitmap as an image of two colours.
type picture struct{ *page.Bitmap }

// ColorModel is white and black.
func (p *picture) ColorModel() color.Model { return color.Palette{color.White, color.Black} }

// Bounds is the whole bitmap.
func (p *picture) Bounds() image.Rectangle { return image.Rect(0, 0, p.Width, p.Height) }

// At is the colour of a pixel.
func (p *picture) At(x, y int) color.Color {
	if p.Black(x, y) {
		return color.Black
	}
	return color.White
}

// ColorIndexAt is the same as an index of the palette.
func (p *picture) ColorIndexAt(x, y int) uint8 {
	if p.Black(x, y) {
		return 1
	}
	return 0
}
