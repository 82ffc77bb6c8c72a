package t30

import "time"

// DefaultLimit is how long a fax may take. Two hundred dense pages take as long at
// 9,600 bit/s.
const DefaultLimit = 4 * time.Hour

// Config is one fax.
type Config struct {
	// Caller says that we called; otherwise we answered. A caller sends, who answers
	// receives.
	Caller bool
	// Ident is our name, of MaxIdent characters at most, a number as a rule.
	Ident string
	// SubAddress and Sender go with a call that is sent (SUB, SID), each of MaxIdent
	// characters at most, if the far end takes them.
	SubAddress, Sender string
	// Caps are what is offered; at least a modem must be there.
	Caps Caps
	// Source is what a caller sends, Sink takes what is received.
	Source Source
	Sink   Sink
	// SkipCED leaves the answering tone out, which was sent before in audio.
	SkipCED bool
	// Limit is how long the fax may take; 0 means DefaultLimit.
	Limit time.Duration
	// Progress is told what happens, if not nil.
	Progress func(Event)
}
