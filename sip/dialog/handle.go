package dialog

import (
	"github.com/emiago/sipgo/sip"
)

// Handle takes a request from the library's TransactionLayer.OnRequest, on the
// goroutine that is its own. The transaction is Handle's from then on.
func (e *Endpoint) Handle(req *sip.Request, tx sip.ServerTransaction, o Origin) {
	defer e.rescue("request", func() { tx.Terminate() })
	if req.Method == sip.ACK {
		tx.Terminate() // the library has made one, and nothing would end it
		e.acked(req, o)
		return
	}
	if bad := check(req, o.Emergency); bad != nil {
		e.metrics.refused[bad.label].Inc()
		e.refuse(req, tx, bad.status, bad.reason, bad.headers...)
		return
	}
	tag := toTag(req)
	switch {
	case req.Method == sip.CANCEL:
		e.strayCancel(req, tx)
	case tag != "":
		e.inDialog(req, tx, o, tag)
	case req.Method == sip.INVITE:
		e.invite(req, tx, o)
	case req.Method == sip.BYE || req.Method == sip.PRACK || req.Method == sip.UPDATE || req.Method == sip.INFO:
		e.refuse(req, tx, sip.StatusCallTransactionDoesNotExists, "")
	case o.Replayed:
		e.cfg.Challenge(e.newRequest(req, tx, o))
	default:
		e.handOver(e.newRequest(req, tx, o))
	}
}

// handOver gives away a request outside legs, and answers it should nobody do it: the
// library would keep its transaction for ever.
func (e *Endpoint) handOver(r *Request) {
	e.cfg.Request(r)
	r.mu.Lock()
	answered := r.answered
	r.mu.Unlock()
	if !answered {
		e.linger.add(func() { _ = r.Respond(sip.StatusInternalServerError, "", nil, "") })
	}
}

// Stray takes every response that no transaction wanted: a 2xx to INVITE that comes
// again, or from another phone, when the first has ended the transaction.
func (e *Endpoint) Stray(res *sip.Response) {
	defer e.rescue("response", nil)
	if c := res.CSeq(); c == nil || c.MethodName != sip.INVITE || !res.IsSuccess() {
		return
	}
	if l := e.leg(fromTag(res)); l != nil {
		l.repeated(res)
	}
}

// refuse answers a request outside legs.
func (e *Endpoint) refuse(req *sip.Request, tx sip.ServerTransaction, status int, reason string, h ...Header) {
	res := e.response(req, newTag(), status, reason, nil, "")
	appendHeaders(res, h)
	_ = tx.Respond(res)
}

// strayCancel answers a CANCEL whose INVITE has its final response: nothing changes.
func (e *Endpoint) strayCancel(req *sip.Request, tx sip.ServerTransaction) {
	e.mu.Lock()
	seen, ok := e.invites[keyOf(req)]
	e.mu.Unlock()
	if !ok || seen.branch != branchOf(req) {
		e.refuse(req, tx, sip.StatusCallTransactionDoesNotExists, "")
		return
	}
	_ = tx.Respond(e.response(req, seen.leg.tag, sip.StatusOK, "", nil, ""))
}

// acked hands an ACK to its leg.
func (e *Endpoint) acked(req *sip.Request, o Origin) {
	if incomplete(req) != nil || unclean(req) != nil {
		return
	}
	l := e.leg(toTag(req))
	if l == nil || req.CallID().Value() != l.callID {
		return
	}
	e.trace(l.tag, false, req, &o.Flow)
	l.acked(req)
}

// inDialog hands a request with a To-tag to its leg, or to who knows of other usages.
func (e *Endpoint) inDialog(req *sip.Request, tx sip.ServerTransaction, o Origin, tag string) {
	l := e.leg(tag)
	if l == nil || l.callID != req.CallID().Value() {
		switch req.Method {
		case sip.SUBSCRIBE, sip.NOTIFY, sip.MESSAGE, sip.REFER, sip.PUBLISH:
			e.handOver(e.newRequest(req, tx, o))
		default:
			e.refuse(req, tx, sip.StatusCallTransactionDoesNotExists, "")
		}
		return
	}
	r := e.newRequest(req, tx, o)
	r.leg = l
	e.trace(l.tag, false, req, &o.Flow)
	if flow := l.Flow(); o.Flow.Remote == flow.Remote && o.Flow.Connection == flow.Connection {
		r.origin.Flow = flow
	} else {
		o.Flow.Routed, o.Flow.ServerName = flow.Routed, flow.ServerName
		if usable, err := e.ready(o.Flow); err == nil {
			r.origin.Flow = usable
		} else {
			r.origin.Flow = flow
		}
	}
	l.input(func() { l.receive(r) })
}

func keyOf(req *sip.Request) inviteKey {
	return inviteKey{req.CallID().Value(), fromTag(req), req.CSeq().SeqNo}
}

func branchOf(req *sip.Request) string {
	v := req.Via()
	branch := ""
	for _, kv := range v.Params {
		if kv.K == "branch" {
			branch = kv.V
		}
	}
	return branch + " " + v.SentBy()
}
