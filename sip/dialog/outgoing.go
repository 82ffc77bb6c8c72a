package dialog

import (
	"time"

	"dialtone/store/record"
)

// Address is a name-addr.
type Address struct {
	Display string // unquoted; empty for none
	URI     string // sip:, sips: or tel:
}

// Part is one part of a multipart body, or a whole body.
type Part struct {
	ContentType string
	ContentID   string // without angle brackets; empty for none
	Disposition string // Content-Disposition; empty for none
	Data        []byte
}

// Credentials answer a 401 or 407.
type Credentials struct {
	Username, Password string
	// Realm limits them to challenges of this realm; empty answers any.
	Realm string
}

// Outgoing describes a leg to make.
type Outgoing struct {
	Flow    Flow   // the way; Ready is called on it
	Target  string // Request-URI
	From    Address
	To      Address
	Contact string // user part of our Contact; empty for an opaque one
	CallID  string // empty for a new one
	// SDP is the offer; nil asks the peer for one (answered by Leg.Ack).
	SDP []byte
	// Parts go along with the SDP as multipart/mixed.
	Parts []Part
	// Headers are added as they are, control characters made harmless. Those that
	// belong to the dialog (Via, From, CSeq, …) are left out.
	Headers []Header
	// Route is the URIs to pass through, the first one first: an outbound proxy, the
	// Path of a binding.
	Route       []string
	Credentials *Credentials
	Trunk       record.ID // told by Leg.Origin; empty for phones
	Emergency   bool      // no limit applies
	MaxForwards int       // 0 is 70
	// SessionExpires is the session interval asked for, at least 90 s; 0 for no wish.
	SessionExpires time.Duration
	RequireTimer   bool
	// Reliable requires reliable provisional responses; they are always supported
	// when there is an offer.
	Reliable bool
	// RingTimeout is Timer C: from the INVITE, and again from each provisional response
	// above 100, to the CANCEL. 0 is DefaultRingTimeout.
	RingTimeout time.Duration
	// Sink gets the leg's events. It must not wait; the first may come before Invite returns.
	Sink func(Event)
}

// DefaultRingTimeout is longer than the three minutes of RFC 3261 16.6, Timer C.
const DefaultRingTimeout = 200 * time.Second

// InDialog is a request inside a leg's dialog.
type InDialog struct {
	Method      string
	Headers     []Header
	ContentType string
	Body        []byte
}
