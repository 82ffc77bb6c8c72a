package dialog

import (
	"time"

	"github.com/emiago/sipgo/sip"
)

// Hangup ends the leg in the way its state asks for: a refusal, a CANCEL, a BYE. An
// answer that comes after the CANCEL is acknowledged and hung up. Called again it does
// nothing. An incoming leg without an answer is refused with the cause's status when
// that is 300 or above, else 480.
func (l *Leg) Hangup(c Cause, h ...Header) {
	l.mu.Lock()
	defer l.unlock()
	l.hangup(c, WhyHangup, h)
}

// shutdown hangs up because the endpoint closes.
func (l *Leg) shutdown() {
	l.mu.Lock()
	defer l.unlock()
	l.hangup(Cause{Status: sip.StatusServiceUnavailable, Text: "shutting down"}, WhyShutdown, nil)
}

func (l *Leg) hangup(c Cause, why Why, h []Header) {
	if l.over {
		return
	}
	switch {
	case l.isEarly() && l.incoming:
		status := sip.StatusTemporarilyUnavailable
		if c.Status >= 300 {
			status = c.Status
		}
		if r, ok := c.header(); ok {
			h = append([]Header{r}, h...)
		}
		l.refuseInvite(status, "", h)
	case l.isEarly():
		if l.out != nil {
			l.cancel(l.out, c)
		}
	case l.answer != nil && l.answer.initial:
		// Not before the ACK, or its 64 times T1 (RFC 3261 15).
		l.bye = func() { l.sendBye(l.peer, c, h) }
	default:
		if p := l.late; p != nil {
			l.late = nil
			l.sendACK(p, l.lateSeq, nil)
		}
		l.sendBye(l.peer, c, h)
	}
	l.end(false, c, why)
}

// sendBye ends a dialog. l.mu is held.
func (l *Leg) sendBye(p *peer, c Cause, h []Header) {
	if r, ok := c.header(); ok {
		h = append([]Header{r}, h...)
	}
	l.send(p, InDialog{Method: string(sip.BYE), Headers: h}, nil, func(*sip.Response, error) {})
}

// cancel gives an INVITE up; its CANCEL waits for a provisional response. l.mu is held.
func (l *Leg) cancel(iv *inviting, c Cause) {
	if iv.cancelled {
		return
	}
	iv.cancelled, iv.cause = true, c
	if iv.timer != nil {
		iv.timer.Stop()
	}
	if iv.provisional {
		l.sendCancel(iv)
	}
}

// sendCancel sends the CANCEL of an INVITE (RFC 3261 9.1). l.mu is held.
func (l *Leg) sendCancel(iv *inviting) {
	if iv.cancelSent {
		return
	}
	iv.cancelSent = true
	req := cancelOf(iv.req, l.e.cfg.Product)
	if r, ok := iv.cause.header(); ok {
		appendHeaders(req, []Header{r})
	}
	p := l.target
	if iv.to != nil {
		p = iv.to
	}
	x := exchange{leg: l.tag, flow: l.flow, next: p.next(&l.flow), req: req, response: func(*sip.Response) {}, failed: func(error) {}}
	if iv.initial {
		x.next = l.flow.Remote
	}
	l.later(func() { l.e.transmit(x) })
	l.abandon(iv)
}

// abandon forgets an INVITE that has no final response 64 times T1 from now. l.mu is
// held.
func (l *Leg) abandon(iv *inviting) {
	if iv.timer != nil {
		iv.timer.Stop()
	}
	iv.timer = time.AfterFunc(64*l.e.t1, func() {
		l.input(func() {
			if tx := iv.tx; l.out == iv && tx != nil {
				l.later(tx.GiveUp)
			}
		})
	})
}

// cancelOf is the CANCEL of a request: the same Via, Request-URI, Route and CSeq
// number.
func cancelOf(invite *sip.Request, product string) *sip.Request {
	req := sip.NewRequest(sip.CANCEL, invite.Recipient)
	req.AppendHeader(invite.Via().Clone())
	for _, h := range invite.GetHeaders("Route") {
		req.AppendHeader(h)
	}
	hops := sip.MaxForwardsHeader(defaultMaxForwards)
	req.AppendHeader(&hops)
	req.AppendHeader(sip.HeaderClone(invite.From()))
	req.AppendHeader(sip.HeaderClone(invite.To()))
	req.AppendHeader(invite.CallID())
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.AppendHeader(sip.NewHeader("User-Agent", product))
	req.SetBody(nil)
	return req
}
