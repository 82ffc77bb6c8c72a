package transaction

import (
	"fmt"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Client is a client transaction (RFC 3261 17.1).
type Client struct {
	layer   *Layer
	key     string
	line    Line
	req     *sip.Request
	handler Handler

	mu          sync.Mutex
	message     []byte // to be sent again; nil once there is no need
	acknowledge []byte // the ACK to a refusal, sent again with it
	provisional bool
	final       bool
	ended       bool
	timer       *time.Timer // A and B, or E and F; then D
	wait, left  time.Duration
}

// Handler is told what becomes of a request: Response of each response, one after the
// other, and Failed when there is no final one. They are called without locks.
type Handler struct {
	Response func(res *sip.Response, raw []byte)
	Failed   func(err error)
}

// Client makes the transaction of a request other than ACK. Send begins it.
func (l *Layer) Client(req *sip.Request, line Line, h Handler) (*Client, error) {
	tx := &Client{layer: l, key: clientKey(req), line: line, req: req, handler: h, message: Text(req)}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, fmt.Errorf("cannot send %s: %w", req.Method, ErrTerminated)
	case tx.key == "" || l.clients[tx.key] != nil:
		return nil, fmt.Errorf("cannot send %s: %w", req.Method, ErrExists)
	}
	l.clients[tx.key] = tx
	return tx, nil
}

// Text is the request as it is sent.
func (tx *Client) Text() []byte {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	return tx.message
}

// Send sends the request; after an error the transaction is over and Failed is not called.
// One that was given up before is not sent.
func (tx *Client) Send() error {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	if tx.ended {
		return nil // Failed has been told
	}
	if err := tx.line.Send(tx.message); err != nil {
		tx.end()
		return err
	}
	tx.left = 64 * tx.layer.t1
	tx.wait = tx.layer.t1
	if tx.line.Reliable() {
		tx.wait = tx.left
	}
	tx.timer = time.AfterFunc(tx.wait, tx.unanswered)
	return nil
}

// unanswered sends the request again, or gives it up.
func (tx *Client) unanswered() {
	tx.mu.Lock()
	invite := tx.req.Method == sip.INVITE
	if tx.ended || tx.final || invite && tx.provisional {
		tx.mu.Unlock()
		return
	}
	if tx.left -= tx.wait; tx.left <= 0 {
		tx.end()
		tx.mu.Unlock()
		tx.handler.Failed(ErrTimeout)
		return
	}
	err := tx.line.Send(tx.message)
	switch {
	case err != nil:
		tx.end()
	case !invite && tx.provisional:
		tx.wait = tx.layer.t2
	case !invite:
		tx.wait = min(2*tx.wait, tx.layer.t2)
	default:
		tx.wait *= 2
	}
	if err == nil {
		tx.wait = min(tx.wait, tx.left)
		tx.timer.Reset(tx.wait)
	}
	tx.mu.Unlock()
	if err != nil {
		tx.handler.Failed(err)
	}
}

// answered takes a response.
func (tx *Client) answered(res *sip.Response, raw []byte) {
	if tx.take(res) {
		tx.handler.Response(res, raw)
	}
}

// take notes a response and says whether anybody has to hear of it.
func (tx *Client) take(res *sip.Response) bool {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	invite := tx.req.Method == sip.INVITE
	switch {
	case tx.ended:
		return false
	case tx.final: // it came again, and wants its ACK again
		if tx.acknowledge != nil && res.StatusCode >= 300 {
			_ = tx.line.Send(tx.acknowledge) // lost like any other
		}
		return false
	case res.IsProvisional():
		tx.provisional = true
		if invite {
			tx.stop()
		}
		return true
	}
	tx.final = true
	tx.stop()
	tx.message = nil
	if !invite || res.IsSuccess() {
		tx.end()
		return true
	}
	tx.acknowledge = Text(refusalACK(tx.req, res))
	_ = tx.line.Send(tx.acknowledge) // the refusal comes again if it is lost
	if tx.line.Reliable() {
		tx.end()
		return true
	}
	tx.timer = time.AfterFunc(64*tx.layer.t1, tx.Terminate) // D
	return true
}

// GiveUp ends a request that has no final response: Failed is told ErrTerminated.
func (tx *Client) GiveUp() {
	tx.mu.Lock()
	open := !tx.ended && !tx.final
	tx.end()
	tx.mu.Unlock()
	if open {
		tx.handler.Failed(ErrTerminated)
	}
}

// Terminate ends the transaction at once and tells nobody.
func (tx *Client) Terminate() {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	tx.end()
}

func (tx *Client) end() {
	if tx.ended {
		return
	}
	tx.ended = true
	tx.message, tx.acknowledge = nil, nil
	tx.stop()
	tx.layer.dropClient(tx)
}

func (tx *Client) stop() {
	if tx.timer != nil {
		tx.timer.Stop()
	}
}

// refusalACK acknowledges a final response that is no 2xx (RFC 3261 17.1.1.3).
func refusalACK(invite *sip.Request, res *sip.Response) *sip.Request {
	ack := sip.NewRequest(sip.ACK, invite.Recipient)
	ack.AppendHeader(invite.Via())
	for _, h := range invite.GetHeaders("Route") {
		ack.AppendHeader(h)
	}
	hops := sip.MaxForwardsHeader(maxForwards)
	ack.AppendHeader(&hops)
	ack.AppendHeader(invite.From())
	if to := res.To(); to != nil {
		ack.AppendHeader(to)
	} else {
		ack.AppendHeader(invite.To())
	}
	ack.AppendHeader(invite.CallID())
	ack.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.ACK})
	ack.SetBody(nil)
	return ack
}

// maxForwards is that of our requests (RFC 3261 8.1.1.6).
const maxForwards = 70
