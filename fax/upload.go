package fax

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"dialtone/fax/page"
	"dialtone/fax/tiff"
)

// Bounds of what is handed in for one fax.
const (
	MaxFiles = 20
	// MaxUpload is in bytes, of all files together.
	MaxUpload = 50 << 20
	// MaxPages is of the document, its cover included.
	MaxPages = 350
)

// Upload is a file that was handed in: PDF, TIFF or PNG. What it is its content says.
type Upload struct {
	File io.ReaderAt
	Size int64
}

// Code says why a document cannot be sent by fax.
type Code string

// The codes.
const (
	Unsupported  Code = "unsupported_format" // neither PDF, TIFF nor PNG
	Encrypted    Code = "encrypted"          // a PDF that wants a password
	Damaged      Code = "damaged"            // it says one thing and has another
	Empty        Code = "empty"              // no file, or no page
	TooManyPages Code = "too_many_pages"     // more than MaxPages
	TooLarge     Code = "too_large"          // more than MaxUpload, or an image beyond its bounds
	NoPDF        Code = "not_available"      // this daemon has no Ghostscript
)

// DocumentError is a document that cannot be sent by fax. Detail is for its sender; File is
// which of the files is to blame, from 1 on, 0 for all of them together.
type DocumentError struct {
	Code   Code
	File   int
	Detail string
}

// Error is the detail.
func (e *DocumentError) Error() string {
	if e.File == 0 {
		return e.Detail
	}
	return fmt.Sprintf("file %d %s", e.File, e.Detail)
}

// kind is what a file is.
type kind uint8

const (
	unknown kind = iota
	isPDF
	isTIFF
	isPNG
)

// headLength is how much of a file is looked at, in bytes. White space before the mark of a
// PDF is common; anything else there is not let in, because Ghostscript would run it.
const headLength = 64

// kindOf looks at how a file begins.
func kindOf(u Upload) (kind, error) {
	head := make([]byte, min(headLength, u.Size))
	if _, err := u.File.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return unknown, fmt.Errorf("cannot read file: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return isTIFF, nil
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return isPNG, nil
	case bytes.HasPrefix(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n"), []byte("%PDF-")):
		return isPDF, nil
	}
	return unknown, nil
}

// documentError tells what is wrong with a file apart from what is wrong here.
func documentError(err error) error {
	switch {
	case errors.Is(err, page.ErrLimit), errors.Is(err, tiff.ErrLimit):
		return &DocumentError{Code: TooLarge, Detail: "has images that are too large"}
	case errors.Is(err, tiff.ErrUnsupported):
		return &DocumentError{Code: Unsupported, Detail: "is a TIFF in colours or grey; only black and white ones can be sent"}
	case errors.Is(err, page.ErrImage), errors.Is(err, tiff.ErrDamaged), errors.Is(err, tiff.ErrNotTIFF):
		return &DocumentError{Code: Damaged, Detail: "cannot be read: it is damaged"}
	}
	return err
}
