package tiff

import "errors"

// Bounds of a document.
const (
	MaxPages  = 1000
	MaxPixels = 10_000_000_000 // of all pages: 1,000 of A4 in superfine are 7.9e9

	maxEntries    = 256      // of a directory
	maxStrips     = 1 << 20  // of a document
	maxStripBytes = 32 << 20 // of code; a page of A4 in superfine is 1 MB of pixels
	codeTimes     = 4        // strips may be shared by pages, up to this many times the file
)

// Errors of this package.
var (
	// ErrNotTIFF is a file that does not start as a TIFF does.
	ErrNotTIFF = errors.New("not a TIFF file")
	// ErrUnsupported is a TIFF that holds something other than bi-level pages.
	ErrUnsupported = errors.New("not a bi-level TIFF this reads")
	// ErrDamaged is a TIFF whose structure breaks off or contradicts itself.
	ErrDamaged = errors.New("TIFF file is damaged")
	// ErrLimit is a document beyond MaxPages, MaxPixels or another bound.
	ErrLimit = errors.New("document is too large")
	// ErrState is a call at the wrong time: a row outside of a page, a page in a page.
	ErrState = errors.New("call out of order")
)
