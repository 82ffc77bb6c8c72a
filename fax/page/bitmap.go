package page

import (
	"fmt"

	"dialtone/fax/t4"
)

// MaxBitmapBytes bounds a Bitmap: 16 pages of A4 in superfine.
const MaxBitmapBytes = 16 << 20

// Bitmap is black and white pixels in memory.
type Bitmap struct {
	Width, Height int
	bits          []byte
}

// NewBitmap returns white pixels.
func NewBitmap(width, height int) (*Bitmap, error) {
	if width < 1 || height < 0 || width > t4.MaxWidth || height > t4.MaxRows || (width+7)/8*height > MaxBitmapBytes {
		return nil, fmt.Errorf("cannot make bitmap of %d by %d pixels: %w", width, height, ErrLimit)
	}
	return newBitmap(width, height), nil
}

func newBitmap(width, height int) *Bitmap {
	return &Bitmap{width, height, make([]byte, (width+7)/8*height)}
}

// Row returns a packed row, which is the bitmap's own.
func (b *Bitmap) Row(y int) []byte {
	stride := (b.Width + 7) / 8
	return b.bits[y*stride : (y+1)*stride : (y+1)*stride]
}

// Rows calls emit for each row.
func (b *Bitmap) Rows(emit func(row []byte) error) error {
	for y := range b.Height {
		if err := emit(b.Row(y)); err != nil {
			return err
		}
	}
	return nil
}

// Black reports whether a pixel of the bitmap is black.
func (b *Bitmap) Black(x, y int) bool { return b.Row(y)[x/8]&(0x80>>(x%8)) != 0 }

// blacken makes a pixel black, if it is one of the bitmap.
func (b *Bitmap) blacken(x, y int) {
	if x >= 0 && y >= 0 && x < b.Width && y < b.Height {
		b.Row(y)[x/8] |= 0x80 >> (x % 8)
	}
}

// box makes a rectangle black.
func (b *Bitmap) box(x, y, width, height int) {
	for dy := range height {
		for dx := range width {
			b.blacken(x+dx, y+dy)
		}
	}
}

// Orient returns the bitmap turned and mirrored so that its first pixel comes from where
// a TIFF's Orientation (1 to 8) says it belongs.
func (b *Bitmap) Orient(orientation int) *Bitmap {
	width, height := b.Width, b.Height
	if orientation >= 5 {
		width, height = height, width
	}
	to := newBitmap(width, height)
	for y := range b.Height {
		for x := range b.Width {
			if !b.Black(x, y) {
				continue
			}
			right, down := b.Width-1-x, b.Height-1-y
			switch orientation {
			case 2:
				to.blacken(right, y)
			case 3:
				to.blacken(right, down)
			case 4:
				to.blacken(x, down)
			case 5:
				to.blacken(y, x)
			case 6:
				to.blacken(down, x)
			case 7:
				to.blacken(down, right)
			case 8:
				to.blacken(y, right)
			default:
				to.blacken(x, y)
			}
		}
	}
	return to
}
