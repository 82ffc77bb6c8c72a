package t30

import "time"

// Kind is what sort of signal is sent.
type Kind uint8

// The kinds of signals.
const (
	// Silence lasts for Duration.
	Silence Kind = iota
	// CNG is the tone of a calling fax; it is on when it has been said, and ends with
	// the next signal.
	CNG
	// CED is the tone of an answering fax, for Duration.
	CED
	// Frames are HDLC frames sent with Carrier: of procedure with V21, of a page with
	// any other.
	Frames
	// Check is a run of zero bits by which the far end tells whether it can receive
	// Carrier (TCF), for Duration.
	Check
	// Image is a page's bits, not framed.
	Image
)

// Signal is one thing to send, from the start of its carrier to its end.
type Signal struct {
	Kind     Kind
	Duration time.Duration
	Carrier  Carrier
	// Short asks for the short training of V.17.
	Short bool
	// Frames and Data are valid until the signal has been sent.
	Frames [][]byte
	Data   []byte
}
