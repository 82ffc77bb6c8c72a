package dialog

import (
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"
)

// keepalive is how often a provisional response is repeated so that no proxy on the
// way gives up (RFC 3261 13.3.1.1).
const keepalive = time.Minute

// unanswered tells whether the INVITE of an incoming leg may still be answered.
// l.mu is held.
func (l *Leg) unanswered() error {
	switch {
	case l.over:
		return ErrEnded
	case !l.incoming || !l.isEarly() || l.provisional.accept != nil:
		return ErrState
	default:
		return nil
	}
}

// Progress sends a provisional response above 100, any number of them. It goes
// reliably when the peer requires it, or when reliable is wanted and the peer can.
func (l *Leg) Progress(status int, reason string, sdp []byte, reliable bool, h ...Header) error {
	l.mu.Lock()
	defer l.unlock()
	if err := l.unanswered(); err != nil {
		return fmt.Errorf("cannot send %d: %w", status, err)
	}
	if status <= 100 || status >= 200 {
		return fmt.Errorf("cannot send %d: %w", status, ErrStatus)
	}
	res := l.response(l.in.req, status, reason)
	appendHeaders(res, h)
	setBody(res, typeSDP, sdp)
	l.state = StateEarly
	if has(l.request, "Require", "100rel") || reliable && has(l.request, "Supported", "100rel") {
		l.sendReliably(res, sdp)
		return nil
	}
	l.reply(l.in, res)
	l.keepAlive(res)
	return nil
}

// keepAlive repeats an unreliable provisional response each minute.
func (l *Leg) keepAlive(res *sip.Response) {
	p := &l.provisional
	if p.alive != nil {
		p.alive.Stop()
	}
	p.alive = time.AfterFunc(keepalive, func() {
		l.input(func() {
			if l.isEarly() && l.in != nil && !l.in.final {
				l.reply(l.in, res)
				l.keepAlive(res)
			}
		})
	})
}

// Accept sends a 200. It is repeated until the ACK; without one for 64 times T1 the
// leg ends with a BYE. While a reliable provisional response with SDP is not
// acknowledged, the 200 waits (RFC 3262 5).
func (l *Leg) Accept(sdp []byte, h ...Header) error {
	l.mu.Lock()
	defer l.unlock()
	if err := l.unanswered(); err != nil {
		return fmt.Errorf("cannot accept: %w", err)
	}
	if l.provisional.blocks() {
		l.provisional.accept = func() { l.accept(sdp, h) }
		return nil
	}
	l.accept(sdp, h)
	return nil
}

func (l *Leg) accept(sdp []byte, h []Header) {
	l.provisional.stop()
	in := l.in
	res := l.response(in.req, sip.StatusOK, "")
	l.appendSession(res, in.req)
	appendHeaders(res, h)
	setBody(res, typeSDP, sdp)
	l.state = StateAnswered
	l.in = nil
	l.sendAnswer(in, res, sdp)
}

// Reject sends a final response of 300 or above.
func (l *Leg) Reject(status int, reason string, h ...Header) error {
	l.mu.Lock()
	defer l.unlock()
	switch {
	case l.over:
		return fmt.Errorf("cannot reject with %d: %w", status, ErrEnded)
	case !l.incoming || !l.isEarly():
		return fmt.Errorf("cannot reject with %d: %w", status, ErrState)
	case status < 300 || status > 699:
		return fmt.Errorf("cannot reject with %d: %w", status, ErrStatus)
	}
	l.reject(status, reason, h)
	return nil
}

func (l *Leg) reject(status int, reason string, h []Header) {
	l.refuseInvite(status, reason, h)
	l.end(false, Cause{Status: status, Text: reason}, WhyRejected)
}

// refuseInvite queues a final response, should there be none. l.mu is held.
func (l *Leg) refuseInvite(status int, reason string, h []Header) {
	if l.in == nil {
		return
	}
	res := l.response(l.in.req, status, reason)
	appendHeaders(res, h)
	l.reply(l.in, res)
	l.in = nil
}
