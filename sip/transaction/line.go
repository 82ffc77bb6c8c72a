package transaction

// Line is the way to a peer: a socket and an address, or a connection.
type Line interface {
	// Send sends a whole message, which it does not keep.
	Send(message []byte) error
	// Reliable tells connections: nothing is sent twice over them.
	Reliable() bool
}
