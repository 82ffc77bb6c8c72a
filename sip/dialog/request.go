package dialog

import (
	"fmt"
	"sync"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/transaction"
)

// Request is a request of a peer's that waits for its answer: any but an initial
// INVITE.
type Request struct {
	e      *Endpoint
	leg    *Leg
	msg    *sip.Request
	tx     *transaction.Server
	origin Origin
	tag    string

	mu       sync.Mutex // of a request outside legs; otherwise the leg's guards
	answered bool
	offer    bool // it has an offer
	in       *inbound
	referral *Referral
	late     bool // it has waited for those before it
}

func (e *Endpoint) newRequest(r received, tx *transaction.Server) *Request {
	return &Request{e: e, msg: r.msg, tx: tx, origin: r.origin, tag: newTag()}
}

// Message is the request. It must not be changed.
func (r *Request) Message() *sip.Request { return r.msg }

// Origin is who sent it.
func (r *Request) Origin() Origin { return r.origin }

// Leg is the leg it belongs to, nil outside legs.
func (r *Request) Leg() *Leg { return r.leg }

// Tag is our tag in the responses to a request outside dialogs: with a 2xx to
// SUBSCRIBE it names the dialog.
func (r *Request) Tag() string { return r.tag }

// Respond answers. A leg's requests are answered with 500 when nobody does.
func (r *Request) Respond(status int, reason string, body []byte, contentType string, h ...Header) error {
	if r.leg == nil {
		return r.respondAlone(status, reason, contentType, body, h)
	}
	r.leg.mu.Lock()
	defer r.leg.unlock()
	if err := r.respond(status, reason, contentType, body, h); err != nil {
		return fmt.Errorf("cannot answer %s with %d: %w", r.msg.Method, status, err)
	}
	return nil
}

// Accept answers with 200 and an SDP: the answer to the request's offer, or ours when
// it has none.
func (r *Request) Accept(sdp []byte, h ...Header) error {
	return r.Respond(sip.StatusOK, "", sdp, typeSDP, h...)
}

// respondAlone answers outside legs.
func (r *Request) respondAlone(status int, reason, contentType string, body []byte, h []Header) error {
	r.mu.Lock()
	if r.answered {
		r.mu.Unlock()
		return fmt.Errorf("cannot answer %s with %d: %w", r.msg.Method, status, ErrAnswered)
	}
	r.answered = status >= 200
	r.mu.Unlock()
	flow := r.origin.Flow
	if hasContact(r.msg.Method) && status < 300 {
		if usable, err := r.e.ready(flow); err == nil {
			flow = usable
		}
	}
	res := r.e.response(r.msg, r.tag, status, reason, &flow, r.tag[:12])
	appendHeaders(res, h)
	setBody(res, contentType, body)
	if status >= 300 {
		r.e.letACK(r.msg)
	}
	if err := respond(r.tx, res); err != nil {
		return fmt.Errorf("cannot answer %s with %d: %w", r.msg.Method, status, err)
	}
	return nil
}

// respond queues the answer to a leg's request. l.mu is held.
func (r *Request) respond(status int, reason, contentType string, body []byte, h []Header) error {
	if r.answered {
		return ErrAnswered
	}
	l := r.leg
	res := l.response(r.msg, status, reason)
	if status < 300 && (r.in != nil || r.msg.Method == sip.UPDATE) {
		l.appendSession(res, r.msg)
	}
	appendHeaders(res, h)
	setBody(res, contentType, body)
	r.answered = status >= 200
	var sdp []byte
	if contentType == typeSDP {
		sdp = body
	}
	if r.in != nil {
		return r.respondInvite(res, sdp)
	}
	if r.answered && r.offer {
		l.offerIn = false
		if status < 300 && sdp != nil {
			l.localSDP = sdp
		}
	}
	l.later(func() {
		if text := transaction.Text(res); r.tx.Respond(res.StatusCode, text) == nil {
			l.e.trace(l.tag, true, text, &r.origin.Flow)
		}
	})
	if r.answered {
		l.settle()
	}
	return nil
}

// respondInvite answers a re-INVITE. l.mu is held.
func (r *Request) respondInvite(res *sip.Response, sdp []byte) error {
	l := r.leg
	if l.in != r.in {
		return ErrAnswered
	}
	switch {
	case res.StatusCode < 200:
		l.reply(r.in, res)
	case res.StatusCode < 300:
		l.in = nil
		l.sendAnswer(r.in, res, sdp)
	default:
		l.reply(r.in, res)
		l.in = nil
		if r.offer {
			l.offerIn = false
		}
		l.settle()
	}
	return nil
}

// guard has a request answered should nobody do it: its transaction would be
// kept for ever. l.mu is held.
func (l *Leg) guard(r *Request) {
	l.e.linger.add(func() {
		l.input(func() { _ = r.respond(sip.StatusInternalServerError, "", "", nil, nil) })
	})
}
