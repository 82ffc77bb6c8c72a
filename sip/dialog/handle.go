package dialog

import (
	"cmp"
	"net/netip"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/transaction"
	scan "dialtone/sip/wire"
)

// Receive takes a message that came in. Those of one Call-ID come one after the other, in
// their order; it does not wait for the network. line is the way back, the message is the
// Endpoint's from then on. Of a response only its bytes count.
func (e *Endpoint) Receive(message []byte, line transaction.Line, o Origin) {
	defer e.rescue("message", nil)
	m, err := e.parser.ParseSIP(message)
	if err != nil && o.Emergency {
		message = scan.Mend(message)
		m, err = e.parser.ParseSIP(message)
	}
	if err != nil {
		e.metrics.refused[refusedUnread].Inc()
		return
	}
	switch m := m.(type) {
	case *sip.Request:
		m.SetSource(o.Flow.Remote.String())
		e.request(received{m, message, o}, line)
	case *sip.Response:
		if !e.transactions.Response(m, message) {
			e.stray(m)
		}
	}
}

// received is a request as it came.
type received struct {
	msg    *sip.Request
	raw    []byte
	origin Origin
}

// request takes a request.
func (e *Endpoint) request(r received, line transaction.Line) {
	tx, invite := e.transactions.Request(r.msg, line)
	if tx == nil {
		return // it came again
	}
	defer e.rescue("request", tx.Terminate)
	req := r.msg
	if req.Method == sip.ACK {
		e.acked(r)
		return
	}
	if bad := check(req, r.origin.Emergency); bad != nil {
		e.metrics.refused[bad.label].Inc()
		e.refuse(req, tx, bad.status, bad.reason, bad.headers...)
		return
	}
	tag := toTag(req)
	switch {
	case tag == "" && req.Method != sip.CANCEL && !r.origin.Emergency && e.transactions.Full():
		e.putOff(req, tx)
	case req.Method == sip.CANCEL:
		e.cancel(r, tx, invite)
	case tag != "":
		e.inDialog(r, tx, tag)
	case req.Method == sip.INVITE:
		e.invite(r, tx)
	case req.Method == sip.BYE || req.Method == sip.PRACK || req.Method == sip.UPDATE || req.Method == sip.INFO:
		e.refuse(req, tx, sip.StatusCallTransactionDoesNotExists, "")
	case r.origin.Replayed:
		e.cfg.Challenge(e.newRequest(r, tx))
	default:
		e.handOver(e.newRequest(r, tx))
	}
}

// handOver gives away a request outside legs, which may wait for a disk, and answers it
// should nobody do it: its transaction would be kept for ever.
func (e *Endpoint) handOver(r *Request) {
	e.tasks.start(func() {
		defer e.rescue("request", r.tx.Terminate)
		e.cfg.Request(r)
		r.mu.Lock()
		answered := r.answered
		r.mu.Unlock()
		if !answered {
			e.linger.add(func() { _ = r.Respond(sip.StatusInternalServerError, "", nil, "") })
		}
	})
}

// stray takes a response that no transaction wanted: a 2xx to INVITE that comes again, or
// from another phone, when the first has ended the transaction.
func (e *Endpoint) stray(res *sip.Response) {
	if c := res.CSeq(); c == nil || c.MethodName != sip.INVITE || !res.IsSuccess() {
		return
	}
	if l := e.leg(fromTag(res)); l != nil {
		l.repeated(res)
	}
}

// respond gives a transaction a response.
func respond(tx *transaction.Server, res *sip.Response) error {
	return tx.Respond(res.StatusCode, transaction.Text(res))
}

// refuse answers a request outside legs.
func (e *Endpoint) refuse(req *sip.Request, tx *transaction.Server, status int, reason string, h ...Header) {
	res := e.response(req, newTag(), status, reason, nil, "")
	appendHeaders(res, h)
	e.letACK(req)
	_ = respond(tx, res)
}

// putOff refuses a request and keeps nothing of it.
func (e *Endpoint) putOff(req *sip.Request, tx *transaction.Server) {
	e.metrics.refused[refusedFull].Inc()
	res := e.response(req, newTag(), sip.StatusServiceUnavailable, "", nil, "")
	appendHeaders(res, []Header{{"Retry-After", retryAfter}})
	_ = respond(tx, res)
	tx.Terminate()
}

// letACK lets the ACK to a refusal of an INVITE in, which names no leg.
func (e *Endpoint) letACK(req *sip.Request) {
	id, seq := req.CallID(), req.CSeq()
	source, err := netip.ParseAddrPort(req.Source())
	if req.IsInvite() && id != nil && seq != nil && err == nil {
		e.linger.add(e.cfg.Carrier.Pending(id.Value(), seq.SeqNo, source))
	}
}

// cancel ends the INVITE that a CANCEL is for, if it has no final response (RFC 3261 9.2).
func (e *Endpoint) cancel(r received, tx, invite *transaction.Server) {
	if invite == nil {
		e.strayCancel(r.msg, tx)
		return
	}
	tag := cmp.Or(toTag(invite.Request()), newTag())
	e.trace(tag, false, r.raw, &r.origin.Flow)
	_ = respond(tx, e.response(r.msg, tag, sip.StatusOK, "", nil, ""))
	terminated := e.response(invite.Request(), tag, sip.StatusRequestTerminated, "", nil, "")
	invite.Cancel(r.msg, transaction.Text(terminated))
}

// strayCancel answers a CANCEL whose INVITE has its final response: nothing changes.
func (e *Endpoint) strayCancel(req *sip.Request, tx *transaction.Server) {
	e.mu.Lock()
	seen, ok := e.invites[keyOf(req)]
	e.mu.Unlock()
	if !ok || seen.branch != branchOf(req) {
		e.refuse(req, tx, sip.StatusCallTransactionDoesNotExists, "")
		return
	}
	_ = respond(tx, e.response(req, seen.leg.tag, sip.StatusOK, "", nil, ""))
}

// acked hands an ACK to its leg.
func (e *Endpoint) acked(r received) {
	if incomplete(r.msg) != nil || unclean(r.msg) != nil {
		return
	}
	l := e.leg(toTag(r.msg))
	if l == nil || r.msg.CallID().Value() != l.callID {
		return
	}
	e.trace(l.tag, false, r.raw, &r.origin.Flow)
	l.acked(r.msg)
}

// inDialog hands a request with a To-tag to its leg, or to who knows of other usages.
func (e *Endpoint) inDialog(in received, tx *transaction.Server, tag string) {
	l := e.leg(tag)
	if l == nil || l.callID != in.msg.CallID().Value() {
		switch in.msg.Method {
		case sip.SUBSCRIBE, sip.NOTIFY, sip.MESSAGE, sip.REFER, sip.PUBLISH:
			e.handOver(e.newRequest(in, tx))
		default:
			e.refuse(in.msg, tx, sip.StatusCallTransactionDoesNotExists, "")
		}
		return
	}
	r, from := e.newRequest(in, tx), in.origin.Flow
	r.leg = l
	e.trace(l.tag, false, in.raw, &from)
	if flow := l.Flow(); from.Remote == flow.Remote && from.Connection == flow.Connection {
		r.origin.Flow = flow
	} else {
		from.Routed, from.ServerName = flow.Routed, flow.ServerName
		if usable, err := e.ready(from); err == nil {
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
