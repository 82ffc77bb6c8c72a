package dialog

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"dialtone/internal/stack"
)

// exchange is one client transaction. Its functions are called without locks, one
// after the other: started once, response for each response, failed instead of a
// final one, repeated for each 2xx after the first.
type exchange struct {
	leg      string // for the trace; empty for none
	flow     Flow
	next     netip.AddrPort
	req      *sip.Request
	started  func(sip.ClientTransaction)
	response func(*sip.Response)
	repeated func(*sip.Response)
	failed   func(error)
}

// asIs keeps the library from adding headers.
func asIs(*sipgo.Client, *sip.Request) error { return nil }

// transmit sends the request; what comes back is collected by a goroutine. The flow
// is ready.
func (e *Endpoint) transmit(x exchange) {
	if e.dead.Load() { // the library would open a socket of its own
		x.failed(fmt.Errorf("cannot send %s: %w (%w)", x.req.Method, ErrUnreachable, ErrClosed))
		return
	}
	addressed(x.req, &x.flow, x.next)
	done := e.cfg.Carrier.Await(x.next)
	ctx, cancel := patience(&x.flow)
	defer cancel()
	tx, err := e.cfg.Client.TransactionRequest(ctx, x.req, asIs)
	if err != nil {
		done()
		x.failed(fmt.Errorf("cannot send %s to %s: %w (%w)", x.req.Method, x.next, ErrUnreachable, err))
		return
	}
	if x.repeated != nil {
		tx.OnRetransmission(x.repeated)
	}
	if x.started != nil {
		x.started(tx)
	}
	e.trace(x.leg, true, x.req, &x.flow)
	e.tasks.start(func() { e.collect(tx, &x, done) })
}

// collect hands on the responses until the final one.
func (e *Endpoint) collect(tx sip.ClientTransaction, x *exchange, done func()) {
	defer e.rescue("transaction", nil)
	stack.Grow()
	for {
		select {
		case res := <-tx.Responses():
			e.trace(x.leg, false, res, &x.flow)
			x.response(res)
			if res.IsProvisional() {
				continue
			}
			if !x.req.IsInvite() {
				tx.Terminate() // the library would keep it for Timer D, where K is meant
				done()
				return
			}
			if res.IsSuccess() {
				tx.Terminate() // a 2xx that comes again is Stray's
			}
			e.linger.add(done) // the final response may come again, and wants its ACK again
			return
		case <-tx.Done():
			done()
			x.failed(failure(x.req, tx.Err()))
			return
		}
	}
}

func failure(req *sip.Request, err error) error {
	if errors.Is(err, sip.ErrTransactionTransport) {
		return fmt.Errorf("cannot send %s: %w (%w)", req.Method, ErrUnreachable, err)
	}
	return fmt.Errorf("cannot complete %s: %w", req.Method, ErrTimeout)
}

// write sends a request outside transactions: an ACK to a 2xx.
func (e *Endpoint) write(leg string, req *sip.Request, f Flow, next netip.AddrPort) {
	f, err := e.ready(f)
	if err != nil || e.dead.Load() {
		return // the 2xx comes again
	}
	addressed(req, &f, next)
	if e.cfg.Client.TransportLayer().WriteMsg(req) == nil {
		e.trace(leg, true, req, &f)
	}
}
