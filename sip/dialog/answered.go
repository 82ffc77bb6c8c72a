package dialog

import (
	"cmp"
	"errors"
	"slices"
	"strconv"

	"github.com/emiago/sipgo/sip"
)

// inviteAnswered takes a response to an INVITE of ours.
func (l *Leg) inviteAnswered(iv *inviting, res *sip.Response) {
	if l.out != iv || res.CSeq() == nil || res.CSeq().SeqNo != iv.seq {
		return
	}
	switch {
	case res.IsProvisional():
		l.progressed(iv, res)
	case res.IsSuccess():
		l.succeeded(iv, res)
	default:
		l.refused(iv, res)
	}
}

// progressed takes a provisional response, any number of them.
func (l *Leg) progressed(iv *inviting, res *sip.Response) {
	first := !iv.provisional
	iv.provisional = true
	if iv.cancelled {
		if first {
			l.sendCancel(iv)
		}
		return
	}
	if res.StatusCode == sip.StatusTrying || l.over || !iv.initial {
		return
	}
	l.ring(iv)
	p := l.fork(res)
	if p == nil {
		return
	}
	l.peerAllows(res)
	if has(res, "Require", "100rel") && !l.acknowledge(p, iv, res) {
		return
	}
	l.state = StateEarly
	l.emit(Progressed{Status: res.StatusCode, Reason: res.Reason, SDP: sdpOf(res), Fork: p.tag, Response: res})
}

// acknowledge sends the PRACK for a reliable provisional response, false for one that
// is not next in order (RFC 3262 4).
func (l *Leg) acknowledge(p *peer, iv *inviting, res *sip.Response) bool {
	rseq, err := strconv.ParseUint(value(res, "RSeq"), 10, 32)
	if err != nil || p.rseq != 0 && uint32(rseq) != p.rseq+1 {
		return false
	}
	p.rseq = uint32(rseq)
	if iv.offer != nil && sdpOf(res) != nil {
		l.offerOut, l.negotiated = false, true
	}
	rack := value(res, "RSeq") + " " + strconv.FormatUint(uint64(iv.seq), 10) + " INVITE"
	l.send(p, InDialog{Method: string(sip.PRACK)}, func(req *sip.Request) { req.AppendHeader(sip.NewHeader("RAck", rack)) }, func(*sip.Response, error) {})
	return true
}

// fork is the early dialog of a response, made when it is new; nil without a tag or
// when there are too many. l.mu is held.
func (l *Leg) fork(res *sip.Response) *peer {
	tag := toTag(res)
	if tag == "" {
		return nil
	}
	p := l.find(tag)
	if p == nil {
		if len(l.forks) >= maxForks {
			return nil
		}
		p = &peer{tag: tag, target: l.target.target}
		l.forks = append(l.forks, p)
	}
	p.record(res, true)
	p.refresh(res)
	return p
}

// peerAllows notes what the peer says it can. l.mu is held.
func (l *Leg) peerAllows(m sip.Message) {
	if len(values(m, "Allow")) > 0 {
		l.updates = has(m, "Allow", "UPDATE")
	}
}

// succeeded takes the 2xx.
func (l *Leg) succeeded(iv *inviting, res *sip.Response) {
	if iv.timer != nil {
		iv.timer.Stop()
	}
	l.out = nil
	if !iv.initial {
		l.reinviteSucceeded(iv, res)
		return
	}
	p := l.fork(res)
	if p == nil {
		p = &peer{tag: toTag(res), target: l.target.target}
		p.record(res, true)
		p.refresh(res)
		l.forks = append(l.forks, p)
	}
	if l.over || iv.cancelled {
		l.e.metrics.late.Inc()
		l.dismiss(p, iv.seq)
		l.settle()
		return
	}
	l.peer = p
	l.peerAllows(res)
	sdp := sdpOf(res)
	l.state = StateAnswered
	l.offerOut = false
	if iv.offer != nil {
		l.negotiated = true
		l.sendACK(p, iv.seq, nil)
		l.state = StateConfirmed
	} else {
		l.late, l.lateSeq, l.offerIn = p, iv.seq, sdp != nil
	}
	l.session.agreed(l, res)
	l.emit(Answered{SDP: sdp, Response: res})
	l.settle()
}

// repeated takes a 2xx that came again, or from another phone (RFC 3261 13.2.2.4).
func (l *Leg) repeated(res *sip.Response) {
	if !res.IsSuccess() || res.CSeq() == nil {
		return
	}
	l.input(func() {
		p := l.find(toTag(res))
		switch {
		case p != nil && p.ack != nil && p.ack.CSeq().SeqNo == res.CSeq().SeqNo:
			l.writeACK(p)
		case p != nil && (p == l.peer || p.ack != nil):
		case l.retired && !l.over || l.target == nil:
		default:
			if p = l.fork(res); p != nil {
				l.e.metrics.late.Inc()
				l.dismiss(p, res.CSeq().SeqNo)
			}
		}
	})
}

// dismiss acknowledges an answer nobody wants, and hangs up. l.mu is held.
func (l *Leg) dismiss(p *peer, seq uint32) {
	l.sendACK(p, seq, nil)
	cause := Elsewhere()
	if l.peer == nil {
		cause = Cause{}
	}
	l.sendBye(p, cause, nil)
}

// sendACK acknowledges a 2xx. l.mu is held.
func (l *Leg) sendACK(p *peer, seq uint32, sdp []byte) {
	p.ack = l.newRequest(p, sip.ACK, seq)
	l.auth.again(p.ack)
	setBody(p.ack, typeSDP, sdp)
	l.writeACK(p)
}

func (l *Leg) writeACK(p *peer) {
	ack, flow, next := p.ack, l.flow, p.next(&l.flow)
	l.later(func() { l.e.write(l.tag, ack, flow, next) })
}

// Ack sends the answer to the offer in a 2xx, of an INVITE that had none.
func (l *Leg) Ack(sdp []byte) {
	l.mu.Lock()
	defer l.unlock()
	p := l.late
	if p == nil {
		return
	}
	l.late = nil
	l.offerIn, l.negotiated = false, true
	if sdp != nil {
		l.localSDP = sdp
	}
	l.sendACK(p, l.lateSeq, sdp)
	if !l.over {
		l.state = StateConfirmed
	}
	l.settle()
}

// refused takes a final response that is no 2xx. Its transaction acknowledges it.
func (l *Leg) refused(iv *inviting, res *sip.Response) {
	if !iv.cancelled && !l.over && l.tryAgain(iv, res) {
		return
	}
	if iv.timer != nil {
		iv.timer.Stop()
	}
	l.out = nil
	if !iv.initial {
		l.reinviteRefused(iv, res)
		return
	}
	if !l.over {
		l.emit(Failed{Status: res.StatusCode, Reason: res.Reason, Response: res, Contacts: contactsOf(res), Timeout: res.StatusCode == sip.StatusRequestTimeout})
		l.end(true, causeOf(res), WhyFailed)
	}
	l.settle()
}

// maxTries bounds the INVITEs one call makes of challenges and 422s.
const maxTries = 4

// tryAgain answers a challenge or a longer session interval. l.mu is held.
func (l *Leg) tryAgain(iv *inviting, res *sip.Response) bool {
	if iv.tries++; iv.tries >= maxTries {
		return false
	}
	again := false
	switch res.StatusCode {
	case sip.StatusUnauthorized, sip.StatusProxyAuthRequired:
		again = l.auth.challenged(res)
	case statusIntervalTooSmall:
		again = l.session.longer(res)
	}
	if again {
		l.later(func() { l.sendInvite(iv) })
	}
	return again
}

// inviteFailed takes the end of a transaction without a final response.
func (l *Leg) inviteFailed(iv *inviting, err error) {
	if l.out != iv {
		return
	}
	if iv.timer != nil {
		iv.timer.Stop()
	}
	l.out = nil
	unreachable := errors.Is(err, ErrUnreachable)
	if !iv.initial {
		l.reinviteLost(iv, err)
		return
	}
	if !l.over {
		f := Failed{Status: sip.StatusRequestTimeout, Timeout: !unreachable, Unreachable: unreachable}
		if unreachable {
			f.Status = sip.StatusServiceUnavailable
			l.e.cfg.Log.Info("cannot reach peer", "call", l.callID, "peer", l.flow.Remote, "err", err)
		}
		f.Reason = phrase(f.Status)
		l.emit(f)
		l.end(true, Cause{Status: f.Status}, WhyFailed)
	}
	l.settle()
}

// contactsOf are the URIs of a redirection, best first.
func contactsOf(res *sip.Response) []string {
	if !res.IsRedirection() {
		return nil
	}
	type target struct {
		uri string
		q   float64
	}
	var targets []target
	for _, v := range list(res, "Contact") {
		addr, p := splitParams(v)
		uri := inside(addr)
		q, err := strconv.ParseFloat(p.get("q"), 64)
		if err != nil {
			q = 1
		}
		if uri != "" && uri != "*" {
			targets = append(targets, target{uri, q})
		}
	}
	slices.SortStableFunc(targets, func(a, b target) int { return cmp.Compare(b.q, a.q) })
	var uris []string
	for _, t := range targets {
		uris = append(uris, t.uri)
	}
	return uris
}
