package dialog

import (
	"math/rand/v2"
	"strconv"

	"github.com/emiago/sipgo/sip"
)

// receive takes a request inside the dialog: in the order of CSeq, from the peer
// alone. l.mu is held.
func (l *Leg) receive(r *Request) {
	l.receiveTraced(r)
	l.releaseHeld(false)
}

func (l *Leg) receiveTraced(r *Request) {
	p := l.find(fromTag(r.msg))
	switch {
	case p == nil && !l.incoming && l.out != nil && l.out.initial && !l.over && !r.late:
		l.hold(r) // it has overtaken the response that makes the dialog
		return
	case p == nil:
		_ = r.respond(sip.StatusCallTransactionDoesNotExists, "", "", nil, nil)
		return
	case p.known && r.seq() == p.seq && l.over && r.msg.Method == sip.BYE: // it came again
		l.afterEnd(r)
		return
	case p.known && r.seq() <= p.seq:
		l.outOfOrder(r)
		return
	case !r.late && (p.known && r.seq() > p.seq+1 || r.msg.Method == sip.INVITE && l.answer != nil):
		l.hold(r)
		return
	}
	p.seq, p.known = r.seq(), true
	l.slow = l.slow || l.flow.stream()
	l.flow = r.origin.Flow
	if l.over {
		l.afterEnd(r)
		return
	}
	l.dispatch(p, r)
}

// outOfOrder refuses a request older than one that was handled (RFC 3261 12.2.2), save
// an INVITE again whose 2xx may have been lost.
func (l *Leg) outOfOrder(r *Request) {
	if a := l.answer; r.msg.Method == sip.INVITE && (a != nil && a.seq == r.seq() || l.lastInvite == r.seq()) {
		r.answered = true
		l.later(func() {
			r.tx.Terminate()
			if a != nil {
				a.in.again(a.text)
			}
		})
		return
	}
	_ = r.respond(sip.StatusInternalServerError, "CSeq Out Of Order", "", nil, nil)
}

// afterEnd answers what crosses the end.
func (l *Leg) afterEnd(r *Request) {
	status := sip.StatusCallTransactionDoesNotExists
	if r.msg.Method == sip.BYE {
		status = sip.StatusOK
		l.dropAnswer()
		l.bye = nil
	}
	_ = r.respond(status, "", "", nil, nil)
	l.retire()
}

// find is the peer with a tag, nil when there is none. l.mu is held.
func (l *Leg) find(tag string) *peer {
	if l.peer != nil && l.peer.tag == tag {
		return l.peer
	}
	for _, p := range l.forks {
		if p.tag == tag {
			return p
		}
	}
	return nil
}

func (l *Leg) dispatch(p *peer, r *Request) {
	switch r.msg.Method {
	case sip.INVITE:
		l.reinvited(p, r)
	case sip.UPDATE:
		l.updated(p, r)
	case sip.BYE:
		l.byed(r)
	case sip.PRACK:
		l.pracked(r)
	case sip.INFO:
		l.informed(r)
	case sip.REFER:
		l.referred(p, r)
	case sip.NOTIFY:
		l.notified(r)
	case sip.OPTIONS:
		_ = r.respond(sip.StatusOK, "", "", nil, nil)
	default:
		l.guard(r)
		l.emit(Requested{r})
	}
}

// byed takes a BYE. A caller may send one before the answer; the one called may not
// (RFC 3261 15).
func (l *Leg) byed(r *Request) {
	if l.isEarly() && !l.incoming {
		_ = r.respond(sip.StatusCallTransactionDoesNotExists, "", "", nil, nil)
		return
	}
	_ = r.respond(sip.StatusOK, "", "", nil, nil)
	if l.isEarly() {
		l.refuseInvite(sip.StatusRequestTerminated, "", nil)
	}
	l.later(r.tx.Terminate) // one that comes again finds the leg, for as long as it lingers
	l.dropAnswer()          // the BYE has overtaken the ACK, or stands for it
	l.end(true, causeOf(r.msg), WhyBye)
}

// reinvited takes a re-INVITE.
func (l *Leg) reinvited(p *peer, r *Request) {
	switch {
	case l.in != nil || l.isEarly():
		_ = r.respond(sip.StatusInternalServerError, "", "", nil, []Header{{"Retry-After", strconv.Itoa(rand.IntN(11))}})
		return
	case l.out != nil || l.offerOut || l.updating || l.answer != nil || l.late != nil:
		_ = r.respond(sip.StatusRequestPending, "", "", nil, nil)
		return
	case l.offerIn:
		_ = r.respond(sip.StatusInternalServerError, "", "", nil, []Header{{"Retry-After", strconv.Itoa(rand.IntN(11))}})
		return
	}
	if l.intervalTooSmall(r) {
		return
	}
	p.refresh(r.msg)
	sdp := sdpOf(r.msg)
	r.offer = sdp != nil
	l.offerIn = r.offer
	l.lastInvite = r.seq()
	r.in = l.newInbound(r.msg, r.tx, r.origin, func(Cause) { l.input(func() { l.withdrawn(r) }) })
	r.in.request = r
	l.in = r.in
	l.reply(r.in, l.response(r.msg, sip.StatusTrying, ""))
	l.guard(r)
	l.emit(Offered{SDP: sdp, Request: r})
}

// withdrawn notes that a re-INVITE was cancelled.
func (l *Leg) withdrawn(r *Request) {
	if r.answered {
		return
	}
	r.answered = true
	r.in.done()
	if r.offer {
		l.offerIn = false
	}
	if l.in == r.in {
		l.in = nil
	}
	l.settle()
}

// updated takes an UPDATE (RFC 3311 5.2).
func (l *Leg) updated(p *peer, r *Request) {
	sdp := sdpOf(r.msg)
	switch {
	case sdp != nil && (l.offerOut || l.updating):
		_ = r.respond(sip.StatusRequestPending, "", "", nil, nil)
		return
	case sdp != nil && l.offerIn:
		_ = r.respond(sip.StatusInternalServerError, "", "", nil, []Header{{"Retry-After", strconv.Itoa(rand.IntN(11))}})
		return
	}
	if l.intervalTooSmall(r) {
		return
	}
	p.refresh(r.msg)
	if sdp == nil {
		_ = r.respond(sip.StatusOK, "", "", nil, nil)
		l.emit(Refreshed{r.msg})
		return
	}
	r.offer, l.offerIn = true, true
	l.guard(r)
	l.emit(Offered{SDP: sdp, Request: r, Update: true})
}

// informed takes an INFO.
func (l *Leg) informed(r *Request) {
	if d := dtmfOf(r.msg); d != nil {
		_ = r.respond(sip.StatusOK, "", "", nil, nil)
		l.emit(Infoed{Request: r, DTMF: d})
		return
	}
	l.guard(r)
	l.emit(Infoed{Request: r})
}
