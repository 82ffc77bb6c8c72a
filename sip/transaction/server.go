package transaction

import (
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Server is a server transaction (RFC 3261 17.2).
type Server struct {
	layer  *Layer
	key    string
	line   Line
	invite bool
	req    *sip.Request // an INVITE

	mu        sync.Mutex
	last      []byte // the response sent last, to be sent again
	final     bool
	cancelled bool
	ended     bool
	onCancel  func(*sip.Request)
	timer     *time.Timer   // G and H, I or J
	wait, all time.Duration // of G: until the next, and so far
}

// Respond sends a response, a 2xx to INVITE for the last time: that is sent again by the
// dialog. ErrCancelled says that a CANCEL was faster.
func (tx *Server) Respond(status int, message []byte) error {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	switch {
	case tx.cancelled:
		return ErrCancelled
	case tx.ended || tx.final:
		return ErrTerminated
	}
	return tx.respond(status, message)
}

// respond is Respond for the holder of the lock.
func (tx *Server) respond(status int, message []byte) error {
	tx.last = message
	err := tx.line.Send(message)
	switch {
	case status < 200:
		return err
	case status < 300 && tx.invite:
		tx.end()
		return err
	}
	tx.final = true
	tx.onCancel = nil
	switch {
	case tx.line.Reliable() && !tx.invite:
		tx.end()
	case tx.line.Reliable():
		tx.after(64*tx.layer.t1, tx.Terminate) // H
	case tx.invite:
		tx.wait = tx.layer.t1
		tx.after(tx.wait, tx.unacknowledged)
	default:
		tx.after(64*tx.layer.t1, tx.Terminate) // J
	}
	return err
}

// after sets the one timer. The lock is held.
func (tx *Server) after(d time.Duration, f func()) {
	if tx.timer != nil {
		tx.timer.Stop()
	}
	tx.timer = time.AfterFunc(d, f)
}

// unacknowledged sends a refusal again until Timer H.
func (tx *Server) unacknowledged() {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	if tx.ended || tx.invite && tx.wait == 0 {
		return
	}
	if tx.all += tx.wait; tx.all >= 64*tx.layer.t1 {
		tx.end()
		return
	}
	_ = tx.line.Send(tx.last) // lost like any other
	tx.wait = min(2*tx.wait, tx.layer.t2)
	tx.after(tx.wait, tx.unacknowledged)
}

// again takes a request that came before, or the ACK to a refusal. The answer goes the way
// it came: the first one may be gone, and whoever calls may wait for this one alone.
func (tx *Server) again(method sip.RequestMethod, line Line) {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	switch {
	case tx.ended:
	case method == sip.ACK && tx.final:
		tx.wait = 0
		tx.after(tx.layer.t4, tx.Terminate) // I
	case method != sip.ACK && tx.last != nil:
		_ = line.Send(tx.last) // lost like any other
	}
}

// OnCancel has f called, without locks and before the 487, when a CANCEL ends the
// transaction. False when one has already.
func (tx *Server) OnCancel(f func(cancel *sip.Request)) bool {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	tx.onCancel = f
	return !tx.cancelled
}

// Cancel ends an INVITE that has no final response with terminated, a 487. False when it
// has one.
func (tx *Server) Cancel(cancel *sip.Request, terminated []byte) bool {
	tx.mu.Lock()
	if tx.ended || tx.final || tx.cancelled {
		tx.mu.Unlock()
		return false
	}
	tx.cancelled = true
	told := tx.onCancel
	tx.mu.Unlock()
	if told != nil {
		told(cancel)
	}
	tx.mu.Lock()
	defer tx.mu.Unlock()
	if !tx.ended {
		_ = tx.respond(sip.StatusRequestTerminated, terminated) // sent again until its ACK
	}
	return true
}

// Request is the INVITE; nil for other methods.
func (tx *Server) Request() *sip.Request { return tx.req }

// Again sends a message outside the transaction the way its responses go: a 2xx to INVITE
// once more.
func (tx *Server) Again(message []byte) error { return tx.line.Send(message) }

// Terminate ends the transaction at once.
func (tx *Server) Terminate() {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	tx.end()
}

func (tx *Server) end() {
	if tx.ended {
		return
	}
	tx.ended = true
	tx.last, tx.onCancel = nil, nil
	if tx.timer != nil {
		tx.timer.Stop()
	}
	tx.layer.dropServer(tx)
}
