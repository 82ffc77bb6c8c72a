package dialog

import (
	"errors"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/transaction"
)

// invite takes an INVITE outside dialogs.
func (e *Endpoint) invite(r received, tx *transaction.Server) {
	req, o := r.msg, r.origin
	key, branch := keyOf(req), branchOf(req)
	if e.repeatedInvite(req, tx, key, branch) {
		return
	}
	if o.Replayed && !o.Emergency {
		e.cfg.Challenge(e.newRequest(r, tx))
		return
	}
	if seconds, ok := tooShort(req); ok && !o.Emergency {
		e.refuse(req, tx, statusIntervalTooSmall, "", Header{"Min-SE", seconds})
		return
	}
	trying := transaction.Text(e.response(req, "", sip.StatusTrying, "", nil, "")) // before the To-tag is set
	_ = tx.Respond(sip.StatusTrying, trying)
	flow, err := e.ready(o.Flow)
	if err != nil {
		tx.Terminate() // nowhere to answer to
		return
	}
	o.Flow = flow
	l, err := e.newIncoming(req, tx, o, key, branch)
	switch {
	case errors.Is(err, errMerged):
		e.repeatedInvite(req, tx, key, branch)
	case err != nil:
		e.metrics.refused[refusedFull].Inc()
		e.refuse(req, tx, sip.StatusServiceUnavailable, "", Header{"Retry-After", retryAfter})
	default:
		e.trace(l.tag, false, r.raw, &flow)
		e.trace(l.tag, true, trying, &flow)
		e.offerInvite(l)
	}
}

// offerInvite has the INVITE answered.
func (e *Endpoint) offerInvite(l *Leg) {
	defer e.rescue("invite", func() { l.Hangup(Cause{Status: sip.StatusInternalServerError}) })
	if status := l.findReplaced(); status != 0 && !l.origin.Emergency {
		_ = l.Reject(status, "")
		return
	}
	e.cfg.Invite(l)
	l.mu.Lock()
	defer l.unlock()
	if l.sink == nil && l.isEarly() {
		l.reject(sip.StatusInternalServerError, "", nil)
	}
}

// repeatedInvite deals with an INVITE that was seen: the same again is absorbed or
// has its 2xx repeated, one that came another way is merged (RFC 3261 8.2.2.2).
func (e *Endpoint) repeatedInvite(req *sip.Request, tx *transaction.Server, key inviteKey, branch string) bool {
	e.mu.Lock()
	seen, ok := e.invites[key]
	e.mu.Unlock()
	if !ok {
		return false
	}
	if seen.branch != branch {
		e.metrics.refused[refusedMerged].Inc()
		e.refuse(req, tx, sip.StatusLoopDetected, "Merged Request")
		return true
	}
	tx.Terminate()
	seen.leg.again(key.seq)
	return true
}

var errMerged = errors.New("merged request")

func (e *Endpoint) newIncoming(req *sip.Request, tx *transaction.Server, o Origin, key inviteKey, branch string) (*Leg, error) {
	l := &Leg{
		e: e, tag: newTag(), callID: key.callID, incoming: true, origin: o, request: req, key: key,
		flow: o.Flow, state: StateIncoming, user: contactUser(req.Recipient.User, ""),
		peer: &peer{tag: key.fromTag, seq: key.seq, known: true},
	}
	l.flow.Routed = l.flow.Routed || o.Trunk != ""
	if l.user == "" {
		l.user = l.tag[:12]
	}
	from, to := req.From(), req.To()
	l.remote = nameAddr{from.DisplayName, *from.Address.Clone(), from.Params.Clone()}
	l.local = nameAddr{to.DisplayName, *to.Address.Clone(), to.Params.Clone()}
	l.peer.target = l.remote.uri // should it have no Contact
	l.peer.refresh(req)
	l.peer.record(req, false)
	l.updates = has(req, "Allow", "UPDATE")
	l.offerIn = sdpOf(req) != nil
	l.auth = authorizer{}
	to.Params.Add("tag", l.tag) // of every response, whoever makes it

	e.mu.Lock()
	if _, ok := e.invites[key]; ok {
		e.mu.Unlock()
		return nil, errMerged
	}
	e.invites[key] = invited{branch, l}
	e.mu.Unlock()
	if err := e.admit(l, o.Emergency); err != nil {
		e.mu.Lock()
		delete(e.invites, key)
		e.mu.Unlock()
		return nil, err
	}
	l.in = l.newInbound(req, tx, o, l.cancelled)
	return l, nil
}

// cancelled notes that the INVITE has been answered with 487.
func (l *Leg) cancelled(cause Cause) {
	l.input(func() {
		if l.isEarly() {
			l.in.final = true
			l.in.done()
			l.in = nil
			l.emit(Cancelled{cause})
			l.end(true, cause, WhyCancelled)
		}
	})
}

// response is a response of the leg. l.mu is held.
func (l *Leg) response(req *sip.Request, status int, reason string) *sip.Response {
	return l.e.response(req, l.tag, status, reason, &l.flow, l.user)
}
