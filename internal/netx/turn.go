package netx

import (
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// errNoTurn ends a handshake the processors had no time for.
var errNoTurn = errors.New("too many handshakes")

// handshake is a connection below TLS. While the handshake lasts it computes
// only in its turn; to wait for the network, it gives the turn back.
type handshake struct {
	net.Conn
	turns    chan struct{} // nil once the handshake is over
	patience time.Duration // for a turn
	mine     bool          // we have a turn

	waiting    atomic.Bool // for the client
	prev, next *handshake  // in a pendingSet, which guards them
	listed     bool
}

// Read reads from the network.
func (h *handshake) Read(b []byte) (int, error) {
	if h.turns == nil {
		return h.Conn.Read(b)
	}
	h.yield()
	h.waiting.Store(true)
	n, err := h.Conn.Read(b)
	h.waiting.Store(false)
	if err != nil {
		return n, err
	}
	return n, h.take()
}

// Write writes to the network. After it a handshake waits for its client or is
// over: the turn comes back with what is read next.
func (h *handshake) Write(b []byte) (int, error) {
	if h.turns != nil {
		h.yield()
	}
	return h.Conn.Write(b)
}

// end is the end of the handshake: from here on it is a plain connection.
func (h *handshake) end() {
	h.yield()
	h.turns = nil
}

func (h *handshake) yield() {
	if h.mine {
		h.mine = false
		<-h.turns
	}
}

func (h *handshake) take() error {
	select {
	case h.turns <- struct{}{}:
		h.mine = true
		return nil
	default:
	}
	t := time.NewTimer(h.patience)
	defer t.Stop()
	select {
	case h.turns <- struct{}{}:
		h.mine = true
		return nil
	case <-t.C:
		return errNoTurn
	}
}
