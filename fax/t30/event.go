package t30

// EventKind is what happened.
type EventKind uint8

// The kinds of events.
const (
	// Identified: the far end said who it is.
	Identified EventKind = iota
	// Trained: a speed was agreed.
	Trained
	// PageStarted, PageDone, PageRejected: page Page, counted from 0.
	PageStarted
	PageDone
	PageRejected
	// Correcting: Frames frames are sent again.
	Correcting
)

// Event tells of progress.
type Event struct {
	Kind   EventKind
	Page   int
	Code   Code
	Ident  string
	Frames int
}
