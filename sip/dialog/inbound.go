package dialog

import (
	"errors"
	"net/netip"

	"github.com/emiago/sipgo/sip"
)

// inbound is a server INVITE transaction.
type inbound struct {
	tx      sip.ServerTransaction
	req     *sip.Request
	done    func()   // ends the letting in of a CANCEL
	final   bool     // a final response is queued
	request *Request // of a re-INVITE
	trace   string
	flow    Flow
	e       *Endpoint
}

// newInbound makes a CANCEL for the INVITE known to the leg. The To-tag is set.
func (l *Leg) newInbound(req *sip.Request, tx sip.ServerTransaction, o Origin, cancelled func(Cause)) *inbound {
	in := &inbound{tx: tx, req: req, trace: l.tag, flow: o.Flow, e: l.e, done: func() {}}
	if c := req.CSeq(); c != nil {
		in.done = l.e.cfg.Carrier.Pending(l.callID, c.SeqNo, o.Flow.Remote, l.tag)
	}
	// The library calls this with its locks held, and answers 200 and 487 by itself.
	open := tx.OnCancel(func(cancel *sip.Request) {
		cause := causeOf(cancel)
		l.e.tasks.start(func() {
			l.e.trace(l.tag, false, cancel, &o.Flow)
			cancelled(cause)
		})
	})
	if !open {
		l.e.tasks.start(func() { cancelled(Cause{}) })
	}
	return in
}

// errCancelled: a CANCEL was faster.
var errCancelled = errors.New("cancelled")

// send gives the transaction a response.
func (in *inbound) send(res *sip.Response) error {
	err := in.tx.Respond(res)
	if errors.Is(err, sip.ErrTransactionCanceled) {
		// What the library was given last it retransmits until the ACK: that must be
		// the 487, not what came too late.
		terminated := in.e.response(in.req, in.trace, sip.StatusRequestTerminated, "", nil, "")
		_ = in.tx.Respond(terminated)
		return errCancelled
	}
	if res.IsSuccess() {
		in.tx.Terminate() // from here on it is ours
	}
	if err == nil {
		in.e.trace(in.trace, true, res, &in.flow)
	}
	return err
}

// again sends a 2xx once more. Its transaction has ended.
func (in *inbound) again(res *sip.Response) {
	if tx, ok := in.tx.(interface{ Connection() sip.Connection }); ok {
		if tx.Connection().WriteMsg(res) == nil {
			in.e.trace(in.trace, true, res, &in.flow)
		}
	}
}

// reply queues a response to an open server INVITE transaction. l.mu is held.
func (l *Leg) reply(in *inbound, res *sip.Response) {
	if res.StatusCode >= 200 {
		in.final = true
		in.done()
	}
	l.later(func() {
		err := in.send(res)
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
			l.in = nil
			l.end(true, Cause{}, WhyFlowLost)
		}
	})
}

// addrPort reads host:port.
func addrPort(s string) netip.AddrPort {
	ap, _ := netip.ParseAddrPort(s)
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
