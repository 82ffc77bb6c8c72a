package page

import (
	"errors"
	"fmt"
	"math"

	"dialtone/fax/t4"
)

// Width of a page in pixels: 215 mm at 8.04 pixels a millimetre (T.4 section 2.1).
const (
	Width = 1728

	widthMM   = 215
	columnsMM = Width / float64(widthMM)
	mmPerInch = 25.4
)

// Errors of this package.
var (
	// ErrLimit is an image beyond a bound.
	ErrLimit = errors.New("image is too large")
	// ErrImage is an image that cannot be read.
	ErrImage = errors.New("image cannot be read")
	// ErrRow is a row too many or of a wrong length.
	ErrRow = errors.New("row does not belong to the page")
)

// Resolution is how many rows a page has.
type Resolution uint8

// Resolutions every fax standard knows, by rows a millimetre.
const (
	Standard  Resolution = iota // 3.85
	Fine                        // 7.7
	Superfine                   // 15.4
)

// String is the name of a resolution in the API.
func (r Resolution) String() string {
	switch r {
	case Standard:
		return "standard"
	case Fine:
		return "fine"
	case Superfine:
		return "superfine"
	}
	return fmt.Sprintf("Resolution(%d)", uint8(r))
}

// XDPI is the number TIFF-F gives for pixels an inch (RFC 2301 section 2.2.2).
func (r Resolution) XDPI() float64 { return 204 }

// YDPI is the number TIFF-F gives for rows an inch: 98, 196 or 391.
func (r Resolution) YDPI() float64 {
	return [...]float64{98, 196, 391}[min(r, Superfine)]
}

// rowsMM is rows a millimetre.
func (r Resolution) rowsMM() float64 { return 3.85 * float64(int(1)<<min(r, Superfine)) }

// rows is the rows of a length in millimetres.
func (r Resolution) rows(mm float64) int { return int(math.Round(mm * r.rowsMM())) }

// Paper is what the receiver prints on.
type Paper uint8

// Papers.
const (
	A4     Paper = iota // 297 mm long
	Letter              // 279.4 mm
)

func (p Paper) lengthMM() float64 {
	if p == Letter {
		return 11 * mmPerInch
	}
	return 297
}

// Layout is what pages are made for.
type Layout struct {
	Paper      Paper
	Resolution Resolution
}

// Rows is the length of the paper.
func (l Layout) Rows() int { return l.Resolution.rows(l.Paper.lengthMM()) }

// Source is the size of an image.
type Source struct {
	Width, Height int // pixels

	// Dots per inch; 0 if not known.
	XDPI, YDPI float64
}

// place is where on a page an image goes, in pixels of the page.
type place struct{ left, width, height int }

// place keeps the size of an image whose resolution is known, or makes it as wide as the
// page if it is wider. Any other image fills the page, of which either side may stay
// empty. Proportions are kept.
func (l Layout) place(s Source) place {
	widthMM, heightMM := float64(s.Width), float64(s.Height)
	known := s.XDPI > 0 && s.YDPI > 0
	if known {
		widthMM, heightMM = s.sizeMM()
	}
	scale := float64(Width) / columnsMM / widthMM
	if known {
		scale = min(scale, 1)
	} else {
		scale = min(scale, l.Paper.lengthMM()/heightMM)
	}
	w := int(math.Round(widthMM * scale * columnsMM))
	h := l.Resolution.rows(heightMM * scale)
	if l.same(s) {
		w, h = Width, s.Height
	}
	w, h = min(max(w, 1), Width), min(max(h, 1), t4.MaxRows)
	return place{(Width - w) / 2, w, h}
}

// same reports an image that is a fax page of this resolution already. Files give the
// resolution in several ways that mean the same: 204 or 203.2, 196 or 200.
func (l Layout) same(s Source) bool {
	const apart = 0.025
	return s.Width == Width && near(s.XDPI, l.Resolution.XDPI(), apart) && near(s.YDPI, l.Resolution.YDPI(), apart)
}

// sizeMM is the size of an image whose resolution is known. The numbers that TIFF-F gives
// for those of fax are rounded; they stand for whole fractions of a millimetre.
func (s Source) sizeMM() (width, height float64) {
	const apart = 0.007
	x, y := s.XDPI/mmPerInch, s.YDPI/mmPerInch
	for _, r := range []Resolution{Standard, Fine, Superfine} {
		if near(s.XDPI, r.XDPI(), apart) {
			x = columnsMM
		}
		if near(s.YDPI, r.YDPI(), apart) {
			y = r.rowsMM()
		}
	}
	return float64(s.Width) / x, float64(s.Height) / y
}

// near reports whether two numbers differ by less than a share of the second.
func near(a, b, share float64) bool { return math.Abs(a-b) < b*share }
