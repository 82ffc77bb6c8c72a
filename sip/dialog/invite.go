package dialog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/transaction"
)

// inviting is a client INVITE of a leg, the first or a later one, over the
// transactions its challenges make of it.
type inviting struct {
	initial bool
	refresh bool // for the session timer alone
	offer   []byte
	headers []Header
	to      *peer // of a re-INVITE

	req         *sip.Request
	tx          *transaction.Client
	seq         uint32
	provisional bool // one has come: a CANCEL may follow (RFC 3261 9.1)
	cancelled   bool
	cancelSent  bool
	cause       Cause
	tries       int
	glares      int
	timer       *time.Timer // Timer C, then the wait for the answer to a CANCEL
}

// maxForks bounds the early dialogs of an INVITE.
const maxForks = 32

// Invite makes a leg and sends its INVITE. It returns at once: that the INVITE cannot
// be sent is told by Failed. The error is about o or the endpoint.
func (e *Endpoint) Invite(ctx context.Context, o Outgoing) (*Leg, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("cannot invite %q: %w", o.Target, err)
	}
	l, err := e.newOutgoing(o)
	if err != nil {
		return nil, fmt.Errorf("cannot invite %q: %w", o.Target, err)
	}
	if err := e.admit(l, o.Emergency); err != nil {
		return nil, fmt.Errorf("cannot invite %q: %w", o.Target, err)
	}
	l.mu.Lock()
	defer l.unlock()
	iv := &inviting{initial: true, offer: o.SDP, headers: o.Headers}
	l.out = iv
	l.ring(iv)
	l.later(func() { l.call(iv) })
	return l, nil
}

func (e *Endpoint) newOutgoing(o Outgoing) (l *Leg, err error) {
	if o.RingTimeout <= 0 {
		o.RingTimeout = DefaultRingTimeout
	}
	if o.CallID == "" {
		o.CallID = newTag()
	}
	l = &Leg{
		e: e, tag: newTag(), callID: harmless(o.CallID), state: StateCalling, flow: o.Flow, setup: o, sink: o.Sink,
		origin: Origin{Flow: o.Flow, Trunk: o.Trunk}, seq: rand.Uint32N(1 << 16), offerOut: o.SDP != nil, localSDP: o.SDP,
		auth: authorizer{credentials: o.Credentials},
	}
	l.flow.Routed = l.flow.Routed || o.Trunk != ""
	l.user = contactUser(o.Contact, l.tag[:12])
	if l.local, err = parseAddress(o.From); err != nil {
		return nil, err
	}
	if l.remote, err = parseAddress(o.To); err != nil {
		return nil, err
	}
	first := &peer{}
	if first.target, err = parseURI(o.Target); err != nil {
		return nil, err
	}
	for _, r := range o.Route {
		uri, err := parseURI(r)
		if err != nil {
			return nil, err
		}
		first.routes = append(first.routes, uri)
	}
	l.target = first
	l.session.want(o.SessionExpires)
	return l, nil
}

// call sends the first INVITE. It runs outside the lock.
func (l *Leg) call(iv *inviting) {
	flow, err := l.e.ready(l.Flow())
	l.mu.Lock()
	if err != nil || iv.cancelled || l.out != iv {
		l.mu.Unlock()
		l.input(func() { l.inviteFailed(iv, fmt.Errorf("%w (%w)", ErrUnreachable, err)) })
		return
	}
	l.flow = flow
	l.mu.Unlock()
	l.sendInvite(iv)
}

// sendInvite sends an INVITE of the leg, again after a challenge. It runs outside the
// lock.
func (l *Leg) sendInvite(iv *inviting) {
	l.mu.Lock()
	p := iv.to
	if iv.initial {
		p = l.target
	}
	iv.seq = l.nextSeq()
	iv.req = l.buildInvite(iv, p)
	iv.provisional, iv.cancelSent, iv.tx = false, false, nil
	x := exchange{
		leg: l.tag, flow: l.flow, next: p.next(&l.flow), req: iv.req,
		started:  func(tx *transaction.Client) { l.started(iv, tx) },
		response: func(res *sip.Response) { l.input(func() { l.inviteAnswered(iv, res) }) },
		failed:   func(err error) { l.input(func() { l.inviteFailed(iv, err) }) },
	}
	l.mu.Unlock()
	if iv.initial {
		x.next = x.flow.Remote // where we were told to send it
	} else if flow, err := l.e.ready(x.flow); err != nil {
		x.failed(fmt.Errorf("%w (%w)", ErrUnreachable, err))
		return
	} else {
		x.flow = flow
	}
	l.e.transmit(x)
}

// started keeps the transaction, to be able to give it up.
func (l *Leg) started(iv *inviting, tx *transaction.Client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	iv.tx = tx
}

// buildInvite is an INVITE with what the leg's set-up wants. l.mu is held.
func (l *Leg) buildInvite(iv *inviting, p *peer) *sip.Request {
	req := l.newRequest(p, sip.INVITE, iv.seq)
	var required []string
	if iv.initial && l.setup.Reliable && iv.offer != nil {
		required = append(required, "100rel")
	}
	if iv.initial && l.setup.RequireTimer {
		required = append(required, "timer")
	}
	for _, r := range required {
		req.AppendHeader(sip.NewHeader("Require", r))
	}
	if iv.offer == nil {
		withoutReliable(req)
	}
	l.session.request(req)
	l.auth.authorize(req)
	appendHeaders(req, iv.headers)
	var parts []Part
	if iv.initial {
		parts = l.setup.Parts
	}
	contentType, data := body(iv.offer, parts)
	setBody(req, contentType, data)
	return req
}

// withoutReliable takes 100rel back: without an offer of ours a reliable provisional
// response would bring one, whose answer nobody has before the call is answered.
func withoutReliable(req *sip.Request) {
	req.RemoveHeader("Supported")
	req.AppendHeader(sip.NewHeader("Supported", supportedLate))
}

// ring starts Timer C, or starts it again. l.mu is held.
func (l *Leg) ring(iv *inviting) {
	after := reinviteTimeout
	if iv.initial {
		after = l.setup.RingTimeout
	}
	if iv.timer != nil {
		iv.timer.Stop()
	}
	iv.timer = time.AfterFunc(after, func() { l.input(func() { l.rangOut(iv) }) })
}

// rangOut gives an INVITE up: nobody answered.
func (l *Leg) rangOut(iv *inviting) {
	if l.out != iv || iv.cancelled {
		return
	}
	l.cancel(iv, Cause{Status: sip.StatusRequestTimeout, Text: "no answer"})
	if !iv.initial {
		l.reanswered(iv, nil, sip.StatusRequestTimeout)
		return
	}
	l.emit(Failed{Status: sip.StatusRequestTimeout, Reason: phrase(sip.StatusRequestTimeout), Timeout: true})
	l.end(false, Cause{Status: sip.StatusRequestTimeout}, WhyFailed)
}
