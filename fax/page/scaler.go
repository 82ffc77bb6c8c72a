package page

import (
	"fmt"

	"dialtone/fax/t4"
)

// bilevelThreshold keeps lines that get thinner than a pixel: of black and white images
// a pixel becomes black if less than a third of it is.
const bilevelThreshold = 80

// Scaler makes a page of an image that comes row by row.
type Scaler struct {
	source Source
	place  place
	emit   func(row []byte) error
	screen screen // grey to black and white

	rows   int      // taken in
	ink    []byte   // of a row of the image: 0 is white, 255 black
	left   []uint64 // of ink: sums of what is left of a pixel
	edges  []edge   // of the page's pixels
	across []uint64 // ink of the row in each pixel of the page, times place.width
	sum    []uint64 // of the page's row at hand: across times the rows that count
	at     int      // where in the page: rows times source.Height
	out    []byte
}

// edge is where in a row of the image a pixel of the page ends: part of place.width into
// the pixel x.
type edge struct {
	x    int
	part uint64
}

// NewScaler returns a Scaler of a black and white image. It calls emit for each row of
// the page; the row is valid until emit returns.
func NewScaler(s Source, l Layout, emit func(row []byte) error) (*Scaler, error) {
	return newScaler(s, l, threshold(bilevelThreshold), emit)
}

func newScaler(s Source, l Layout, screen screen, emit func(row []byte) error) (*Scaler, error) {
	if s.Width < 1 || s.Height < 1 || s.Width > maxSide || s.Height > max(maxSide, t4.MaxRows) {
		return nil, fmt.Errorf("cannot scale image of %d by %d pixels: %w", s.Width, s.Height, ErrLimit)
	}
	p := l.place(s)
	edges := make([]edge, p.width)
	for i := range edges {
		at := (i + 1) * s.Width
		edges[i] = edge{at / p.width, uint64(at % p.width)}
	}
	return &Scaler{
		source: s, place: p, emit: emit, screen: screen,
		ink: make([]byte, s.Width), left: make([]uint64, s.Width+1), edges: edges,
		across: make([]uint64, p.width), sum: make([]uint64, p.width), out: make([]byte, Width/8),
	}, nil
}

// Height is the rows the page will have.
func (s *Scaler) Height() int { return s.place.height }

// Row takes in a packed row. After Source.Height rows the page is complete.
func (s *Scaler) Row(row []byte) error {
	if s.rows == s.source.Height || len(row) < (s.source.Width+7)/8 {
		return fmt.Errorf("cannot scale row %d: %w", s.rows, ErrRow)
	}
	if s.copies() {
		s.rows++
		return s.emit(row)
	}
	for x := range s.ink {
		s.ink[x] = -(row[x/8] >> (7 - x%8) & 1)
	}
	return s.grey()
}

// copies reports that rows need no change.
func (s *Scaler) copies() bool {
	_, bilevel := s.screen.(threshold)
	return bilevel && s.source.Width == Width && s.place == place{0, Width, s.source.Height}
}

// grey takes in s.ink. Each pixel of the page is the mean of the part of the image it
// covers.
func (s *Scaler) grey() error {
	if s.rows == s.source.Height {
		return fmt.Errorf("cannot scale row %d: %w", s.rows, ErrRow)
	}
	s.rows++
	s.squeeze()
	rowEnd := s.at - s.at%s.source.Height + s.source.Height
	for end := s.at + s.place.height; s.at < end; rowEnd += s.source.Height {
		part := min(end, rowEnd) - s.at
		for x, v := range s.across {
			s.sum[x] += v * uint64(part)
		}
		if s.at += part; s.at < rowEnd {
			return nil
		}
		if err := s.flush(); err != nil {
			return err
		}
	}
	return nil
}

// squeeze fills s.across.
func (s *Scaler) squeeze() {
	sum := uint64(0)
	for x, v := range s.ink {
		s.left[x] = sum
		sum += uint64(v)
	}
	s.left[len(s.ink)] = sum
	before := uint64(0)
	for i, e := range s.edges {
		next := s.left[e.x] * uint64(s.place.width)
		if e.part > 0 {
			next += uint64(s.ink[e.x]) * e.part
		}
		s.across[i] = next - before
		before = next
	}
}

// flush hands out the row at hand.
func (s *Scaler) flush() error {
	clear(s.out)
	area := uint64(s.source.Width) * uint64(s.source.Height)
	for x, v := range s.sum {
		ink := 0
		if v > 0 {
			ink = int((v + area/2) / area)
			s.sum[x] = 0
		}
		if s.screen.black(x, ink) {
			at := s.place.left + x
			s.out[at/8] |= 0x80 >> (at % 8)
		}
	}
	s.screen.next()
	return s.emit(s.out)
}
