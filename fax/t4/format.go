package t4

import (
	"errors"
	"fmt"
)

// Bounds of a page.
const (
	MaxWidth = 16384 // pixels of a row; the widest fax row, A3 at 400 dpi, has 4864
	MaxRows  = 65535 // rows of a page; A4 at 15.4 rows a millimetre has 4573
	maxFill  = 32768 // bits of Format.MinRowBits: 14,400 bit/s over two seconds
	maxK     = 65535
)

// Errors of this package.
var (
	// ErrFormat is a Format outside of its bounds.
	ErrFormat = errors.New("not a format of T.4 or T.6")
	// ErrTooLong is a page of more than MaxRows rows; those up to it were handed out.
	ErrTooLong = errors.New("page has more than 65535 rows")
	// ErrDamaged is code without end-of-line codes (MMR, Bare) that cannot be read from
	// here on; the rows before it were handed out.
	ErrDamaged = errors.New("page cannot be decoded further")
)

// Coding is how rows are compressed.
type Coding uint8

const (
	// MH is Modified Huffman, T.4 section 4.1: each row on its own.
	MH Coding = iota
	// MR is Modified READ, T.4 section 4.2: of K rows one as in MH, the others by what
	// differs from the row above.
	MR
	// MMR is Modified Modified READ, T.6: every row by what differs from the row above.
	// It asks for a channel without errors.
	MMR
)

// String is the name used in logs and in fax records.
func (c Coding) String() string {
	switch c {
	case MH:
		return "MH"
	case MR:
		return "MR"
	case MMR:
		return "MMR"
	}
	return fmt.Sprintf("Coding(%d)", uint8(c))
}

// Format is how the rows of a page are coded.
type Format struct {
	Coding Coding
	Width  int // pixels, 1 to MaxWidth

	// LSBFirst says that the first bit of the code is the least significant of a byte:
	// TIFF FillOrder 2. T.38 and ECM frames carry it either way, as their senders do.
	LSBFirst bool

	// K is for encoding MR: of K rows one is coded as in MH. 0 means 2, what T.4 section
	// 4.2.1 asks for at 3.85 rows a millimetre; it allows 4 at 7.7, 8 at 15.4.
	K int

	// MinRowBits is for encoding MH and MR without error correction: a row is filled up
	// to so many bits, its end-of-line code included, to give the receiver the time it
	// asked for (T.4 section 4.1.3). 0 means none.
	MinRowBits int

	// AlignEOL is for encoding MH and MR: end-of-line codes end with a byte (TIFF
	// T4Options bit 2).
	AlignEOL bool

	// Bare is for MH: rows have no end-of-line codes, each starts with a byte (TIFF
	// Compression 2).
	Bare bool
}

// Validate reports a Format that cannot be: an error that wraps ErrFormat.
func (f Format) Validate() error {
	switch {
	case f.Coding > MMR:
		return fmt.Errorf("coding %d: %w", f.Coding, ErrFormat)
	case f.Width < 1 || f.Width > MaxWidth:
		return fmt.Errorf("rows of %d pixels: %w", f.Width, ErrFormat)
	case f.K < 0 || f.K > maxK:
		return fmt.Errorf("parameter K of %d: %w", f.K, ErrFormat)
	case f.MinRowBits < 0 || f.MinRowBits > maxFill:
		return fmt.Errorf("rows of at least %d bits: %w", f.MinRowBits, ErrFormat)
	case f.Bare && f.Coding != MH:
		return fmt.Errorf("%v without end-of-line codes: %w", f.Coding, ErrFormat)
	}
	return nil
}

// lines reports whether rows are parted by end-of-line codes.
func (f Format) lines() bool { return f.Coding != MMR && !f.Bare }

// RowBytes is the length of a packed row.
func (f Format) RowBytes() int { return (f.Width + 7) / 8 }
