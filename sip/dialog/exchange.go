package dialog

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/transaction"
)

// exchange is one client transaction. Its functions are called without locks, one
// after the other: started once, response for each response, failed instead of a
// final one.
type exchange struct {
	leg      string // for the trace; empty for none
	flow     Flow
	next     netip.AddrPort
	req      *sip.Request
	started  func(*transaction.Client)
	response func(*sip.Response)
	failed   func(error)
}

// transmit sends the request. The flow is ready.
func (e *Endpoint) transmit(x exchange) {
	tx, done, err := e.client(&x)
	if err != nil {
		x.failed(fmt.Errorf("cannot send %s to %s: %w (%w)", x.req.Method, x.next, ErrUnreachable, err))
		return
	}
	if x.started != nil {
		x.started(tx)
	}
	e.trace(x.leg, true, tx.Text(), &x.flow)
	if err := tx.Send(); err != nil {
		done()
		x.failed(fmt.Errorf("cannot send %s to %s: %w (%w)", x.req.Method, x.next, ErrUnreachable, err))
	}
}

// client makes the transaction of an exchange; done is called when it is over.
func (e *Endpoint) client(x *exchange) (tx *transaction.Client, done func(), err error) {
	if e.dead.Load() {
		return nil, nil, ErrClosed
	}
	line, err := e.cfg.Carrier.Line(x.flow, x.next)
	if err != nil {
		return nil, nil, err
	}
	forget := e.cfg.Carrier.Await(x.next)
	e.tasks.enter()
	done = func() {
		forget()
		e.tasks.done()
	}
	tx, err = e.transactions.Client(x.req, line, transaction.Handler{
		Response: func(res *sip.Response, raw []byte) {
			defer e.rescue("response", nil)
			e.trace(x.leg, false, raw, &x.flow)
			if !res.IsProvisional() {
				defer e.finished(x.req, forget)
			}
			x.response(res)
		},
		Failed: func(err error) {
			defer e.rescue("timeout", nil)
			defer done()
			x.failed(failure(x.req, err))
		},
	})
	if err != nil {
		done()
	}
	return tx, done, err
}

// finished lets go of an exchange that has its final response. That of an INVITE may come
// again, and wants its ACK again.
func (e *Endpoint) finished(req *sip.Request, forget func()) {
	defer e.tasks.done()
	if req.IsInvite() {
		e.linger.add(forget)
		return
	}
	forget()
}

func failure(req *sip.Request, err error) error {
	if errors.Is(err, transaction.ErrTimeout) || errors.Is(err, transaction.ErrTerminated) {
		return fmt.Errorf("cannot complete %s: %w", req.Method, ErrTimeout)
	}
	return fmt.Errorf("cannot send %s: %w (%w)", req.Method, ErrUnreachable, err)
}

// write sends a request outside transactions: an ACK to a 2xx. It may be lost, for the 2xx
// comes again.
func (e *Endpoint) write(leg string, req *sip.Request, f Flow, next netip.AddrPort) {
	f, err := e.ready(f)
	if err != nil || e.dead.Load() {
		return
	}
	line, err := e.cfg.Carrier.Line(f, next)
	if err != nil {
		return
	}
	if text := transaction.Text(req); line.Send(text) == nil {
		e.trace(leg, true, text, &f)
	}
}
