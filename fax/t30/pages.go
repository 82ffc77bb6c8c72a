package t30

import "errors"

// Errors a Sink answers with.
var (
	// ErrPending says that the page is being stored. The engine keeps the far end
	// waiting until Stored is called.
	ErrPending = errors.New("page is being stored")
	// ErrUnreadable rejects a page without error correction: it is to be sent again.
	ErrUnreadable = errors.New("page is unreadable")
	// ErrTooLarge ends the fax: the page, or the document with it, is beyond what is taken.
	ErrTooLarge = errors.New("fax is too large")
)

// Source is a document to send.
type Source interface {
	// Format is what page n looks like at best, counted from 0; ok is false if there
	// is none.
	Format(n int) (f Format, ok bool)
	// Encode is page n as the far end wants it. A coded page of MMR ends with its
	// end-of-block; one of MH or MR begins with an end-of-line and may leave out its
	// return-to-control. It is called again if the page has to be sent at another rate.
	Encode(n int, c Code) ([]byte, error)
}

// Sink takes received pages.
type Sink interface {
	// Page takes a page. When it returns nil the page is safe and will be confirmed.
	// An incomplete page, which comes when a call breaks off, is never confirmed, and
	// the answer is of no consequence.
	Page(p Page) error
}

// Page is one that was received.
type Page struct {
	// Number is counted from 0. One that was rejected comes again with the same.
	Number int
	Code   Code
	// Data is the coded page, which the Sink may keep.
	Data []byte
	// Incomplete says that the end is missing.
	Incomplete bool
}

// Limits on what is received; a fax beyond them ends with the outcome TooLarge.
const (
	MaxPage     = 8 << 20  // octets of a coded page
	MaxDocument = 64 << 20 // octets of all pages; four hours at 14,400 bit/s are 26 MB
	MaxPages    = 1000
)
