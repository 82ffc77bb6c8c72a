package dialog

import (
	"errors"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/transaction"
)

// inbound is a server INVITE transaction.
type inbound struct {
	tx      *transaction.Server
	req     *sip.Request
	done    func()   // ends the letting in of a CANCEL
	final   bool     // a final response is queued
	request *Request // of a re-INVITE
	trace   string
	flow    Flow
	e       *Endpoint
}

// newInbound makes a CANCEL for the INVITE known to the leg. The To-tag is set.
func (l *Leg) newInbound(req *sip.Request, tx *transaction.Server, o Origin, cancelled func(Cause)) *inbound {
	in := &inbound{tx: tx, req: req, trace: l.tag, flow: o.Flow, e: l.e, done: func() {}}
	if c := req.CSeq(); c != nil {
		forget := l.e.cfg.Carrier.Pending(l.callID, c.SeqNo, o.Flow.Remote)
		in.done = func() { l.e.linger.add(forget) } // the CANCEL may come again
	}
	open := tx.OnCancel(func(cancel *sip.Request) { cancelled(causeOf(cancel)) })
	if !open {
		l.e.tasks.start(func() { cancelled(Cause{}) })
	}
	return in
}

// errCancelled: a CANCEL was faster.
var errCancelled = errors.New("cancelled")

// send gives the transaction a response, and returns what was sent.
func (in *inbound) send(res *sip.Response) (text []byte, err error) {
	text = transaction.Text(res)
	switch err = in.tx.Respond(res.StatusCode, text); {
	case errors.Is(err, transaction.ErrCancelled):
		return nil, errCancelled
	case err == nil:
		in.e.trace(in.trace, true, text, &in.flow)
	}
	return text, err
}

// again sends a 2xx once more. Its transaction has ended.
func (in *inbound) again(text []byte) {
	if in.tx.Again(text) == nil {
		in.e.trace(in.trace, true, text, &in.flow)
	}
}

// reply queues a response to an open server INVITE transaction. l.mu is held.
func (l *Leg) reply(in *inbound, res *sip.Response) {
	if res.StatusCode >= 200 {
		in.final = true
		in.done()
	}
	l.later(func() {
		_, err := in.send(res)
		if err != nil && !errors.Is(err, errCancelled) && res.StatusCode < 300 && in.request == nil {
			l.unsent()
		}
	})
}

// unsent notes that a response to the INVITE could not be sent: the caller is gone.
func (l *Leg) unsent() {
	l.input(func() {
		if l.isEarly() {
			l.in.final = true
			l.in.done()
			l.later(l.in.tx.Terminate)
			l.in = nil
			l.end(true, Cause{}, WhyFlowLost)
		}
	})
}
