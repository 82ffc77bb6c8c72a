package dialog

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	// reinviteTimeout is how long a re-INVITE may take to be answered once it has a
	// provisional response.
	reinviteTimeout = time.Minute
	// maxGlares bounds how often an offer is made again after a 491.
	maxGlares = 5
)

// reoffer is a new offer to make when no other is open.
type reoffer struct {
	sdp     []byte
	headers []Header
	glares  int
	timer   *time.Timer // waits after a 491
}

// Reoffer makes a new offer: by re-INVITE, or before the answer by UPDATE. nil asks
// the peer for one, answered by Ack. The outcome comes as Reanswered. While another
// offer or INVITE is open it waits; a 491 is tried again as RFC 3261 14.1 says.
func (l *Leg) Reoffer(sdp []byte, h ...Header) error {
	l.mu.Lock()
	defer l.unlock()
	switch {
	case l.over:
		return fmt.Errorf("cannot offer: %w", ErrEnded)
	case l.wanted != nil:
		return fmt.Errorf("cannot offer: %w", ErrPending)
	}
	l.wanted = &reoffer{sdp: sdp, headers: h}
	l.reofferNow()
	return nil
}

// busy tells whether an offer or an INVITE is open. l.mu is held.
func (l *Leg) busy() bool {
	return l.out != nil || l.in != nil || l.answer != nil || l.late != nil || l.offerOut || l.offerIn || l.updating
}

// reofferNow makes the offer that waits, if it can. l.mu is held.
func (l *Leg) reofferNow() {
	w := l.wanted
	if w == nil || w.timer != nil || l.over {
		return
	}
	switch {
	case l.state == StateConfirmed && !l.busy():
		l.reinvite(&inviting{offer: w.sdp, headers: w.headers})
	case l.state == StateEarly && l.updates && l.negotiated && !l.offerOut && !l.offerIn && !l.updating && w.sdp != nil && l.established() != nil:
		l.updating, l.offerOut = true, true
		l.wanted = nil
		r := InDialog{Method: string(sip.UPDATE), Headers: w.headers, ContentType: typeSDP, Body: w.sdp}
		l.send(l.established(), r, l.session.request, func(res *sip.Response, err error) { l.updateAnswered(w, res, err) })
	}
}

// reinvite sends a re-INVITE. l.mu is held.
func (l *Leg) reinvite(iv *inviting) {
	iv.to = l.peer
	if !iv.refresh {
		iv.glares = l.wanted.glares
		l.wanted = nil
	}
	l.out = iv
	l.offerOut = iv.offer != nil
	l.ring(iv)
	l.later(func() { l.sendInvite(iv) })
}

// reinviteSucceeded takes the 2xx to a re-INVITE.
func (l *Leg) reinviteSucceeded(iv *inviting, res *sip.Response) {
	p := iv.to
	p.refresh(res)
	l.offerOut = false
	sdp := sdpOf(res)
	switch {
	case l.over:
		l.sendACK(p, iv.seq, nil)
	case iv.cancelled: // we no longer know what the two sides agree on
		l.sendACK(p, iv.seq, nil)
		l.lose(WhyNoAnswer)
	case iv.offer == nil:
		l.late, l.lateSeq, l.offerIn = p, iv.seq, true
		l.session.agreed(l, res)
		l.reanswered(iv, sdp, res.StatusCode)
	default:
		l.sendACK(p, iv.seq, nil)
		l.localSDP = iv.offer
		l.session.agreed(l, res)
		l.reanswered(iv, sdp, res.StatusCode)
	}
	l.settle()
}

// reanswered tells what became of an offer.
func (l *Leg) reanswered(iv *inviting, sdp []byte, status int) {
	if !iv.refresh {
		l.emit(Reanswered{SDP: sdp, Status: status})
	}
}

// reinviteRefused takes a final response to a re-INVITE that is no 2xx.
func (l *Leg) reinviteRefused(iv *inviting, res *sip.Response) {
	l.offerOut = false
	switch {
	case l.over || iv.cancelled:
	case ends(res.StatusCode):
		l.lose(WhyNoAnswer)
	case iv.refresh:
		l.session.failed(l)
	case res.StatusCode == sip.StatusRequestPending && iv.glares < maxGlares && l.wanted == nil:
		l.glare(&reoffer{sdp: iv.offer, headers: iv.headers, glares: iv.glares})
	default:
		l.reanswered(iv, nil, res.StatusCode)
	}
	l.settle()
}

// reinviteLost takes the end of a re-INVITE without a final response.
func (l *Leg) reinviteLost(iv *inviting, err error) {
	l.offerOut = false
	switch {
	case l.over || iv.cancelled:
	case !errors.Is(err, ErrUnreachable):
		l.lose(WhyNoAnswer)
	case iv.refresh:
		l.session.failed(l)
	default:
		l.reanswered(iv, nil, sip.StatusServiceUnavailable)
	}
	l.settle()
}

// updateAnswered takes the outcome of an UPDATE with an offer.
func (l *Leg) updateAnswered(w *reoffer, res *sip.Response, err error) {
	l.updating, l.offerOut = false, false
	switch {
	case l.over:
	case err != nil && !errors.Is(err, ErrUnreachable) || res != nil && ends(res.StatusCode):
		l.lose(WhyNoAnswer)
	case err != nil:
		l.emit(Reanswered{Status: sip.StatusServiceUnavailable})
	case res.IsSuccess():
		l.localSDP = w.sdp
		l.emit(Reanswered{SDP: sdpOf(res), Status: res.StatusCode})
	case res.StatusCode == sip.StatusRequestPending && w.glares < maxGlares && l.wanted == nil:
		l.glare(w)
	default:
		l.emit(Reanswered{Status: res.StatusCode})
	}
	l.settle()
}

// glare makes an offer again after the time RFC 3261 14.1 says: later for the side
// that owns the Call-ID, so that the two do not meet again.
func (l *Leg) glare(w *reoffer) {
	tens := rand.IntN(201)
	if !l.incoming {
		tens = 210 + rand.IntN(191)
	}
	w.glares++
	l.wanted = w
	w.timer = time.AfterFunc(time.Duration(tens)*l.e.second/100, func() {
		l.input(func() {
			w.timer = nil
			l.reofferNow()
		})
	})
}

// ends tells whether a response to a request inside the dialog means that the peer
// has none (RFC 3261 12.2.1.2).
func ends(status int) bool {
	return status == sip.StatusCallTransactionDoesNotExists || status == sip.StatusRequestTimeout
}

// lose ends a dialog the peer seems to have lost. l.mu is held.
func (l *Leg) lose(why Why) {
	if l.over {
		return
	}
	if l.isEarly() {
		l.hangup(Cause{}, why, nil)
		return
	}
	l.sendBye(l.peer, Cause{Status: sip.StatusRequestTimeout}, nil)
	l.end(true, Cause{Status: sip.StatusRequestTimeout}, why)
}
