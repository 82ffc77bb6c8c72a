package media

import "errors"

// What can go wrong between two sides of a call. The SIP status is what the signalling
// answers.
var (
	// ErrPorts says that no port pair is free (503).
	ErrPorts = errors.New("no media port is free")
	// ErrDescription says that a description cannot be read (400).
	ErrDescription = errors.New("invalid session description")
	// ErrNotAcceptable says that nothing in a description can be used: no audio, no
	// codec, no keys where the policy wants them (488).
	ErrNotAcceptable = errors.New("no acceptable media")
	// ErrOrder says that an offer or answer does not fit the state of the round: an
	// offer while another is open (491), an answer to none (500).
	ErrOrder = errors.New("offer and answer out of order")
	// ErrNoCodec says that two streams have no codec in common and none that can be
	// transcoded (488).
	ErrNoCodec = errors.New("no common codec")
	// ErrNoEvents says that the peer takes no telephone-event; signal digits with INFO.
	ErrNoEvents = errors.New("telephone-event is not negotiated")
	// ErrDigits says that something to send is not made of 0-9, *, #, A-D, or is too long.
	ErrDigits = errors.New("invalid digits")
	// ErrClosed says that the stream or the engine is closed.
	ErrClosed = errors.New("media closed")
)
