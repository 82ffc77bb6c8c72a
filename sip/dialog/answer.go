package dialog

import (
	"errors"
	"time"

	"github.com/emiago/sipgo/sip"
)

// answer is a 2xx to an INVITE on its way (RFC 3261 13.3.1.4).
type answer struct {
	in      *inbound
	text    []byte // what was sent
	seq     uint32
	offer   bool // it carries our offer: the ACK brings the answer
	wait    time.Duration
	all     time.Duration
	timer   *time.Timer
	initial bool
}

// sendAnswer sends a 2xx and again until its ACK. l.mu is held.
func (l *Leg) sendAnswer(in *inbound, res *sip.Response, sdp []byte) {
	in.final = true
	in.done()
	a := &answer{in: in, seq: in.req.CSeq().SeqNo, wait: l.e.t1, initial: in.request == nil}
	if l.offerIn {
		l.offerIn, l.negotiated = false, true
	} else if sdp != nil && sdpOf(in.req) == nil && !(a.initial && l.negotiated) {
		a.offer, l.offerOut = true, true
	}
	if sdp != nil {
		l.localSDP = sdp
	}
	l.answer = a
	l.later(func() {
		text, err := in.send(res)
		if errors.Is(err, errCancelled) {
			l.input(func() { l.tooLate(a) })
			return
		}
		l.input(func() {
			a.text = text
			l.awaitACK(a)
		})
	})
}

// tooLate undoes an answer that a CANCEL was faster than.
func (l *Leg) tooLate(a *answer) {
	if l.answer != a {
		return
	}
	l.answer = nil
	l.bye = nil
	if a.offer {
		l.offerOut = false
	}
	if a.initial && !l.over {
		l.emit(Cancelled{})
		l.end(true, Cause{}, WhyCancelled)
	}
	l.settle()
}

// awaitACK sends the 2xx again when its time has come.
func (l *Leg) awaitACK(a *answer) {
	if l.answer != a {
		return
	}
	a.timer = time.AfterFunc(a.wait, func() {
		l.input(func() {
			if l.answer != a {
				return
			}
			if a.all += a.wait; a.all >= 64*l.e.t1 {
				l.unacked(a)
				return
			}
			a.wait = min(2*a.wait, l.e.t2)
			l.later(func() { a.in.again(a.text) })
			l.awaitACK(a)
		})
	})
}

// again repeats the 2xx for an INVITE that came again.
func (l *Leg) again(seq uint32) {
	l.input(func() {
		if a := l.answer; a != nil && a.seq == seq && a.timer != nil {
			l.later(func() { a.in.again(a.text) })
		}
	})
}

// unacked ends the leg: nobody acknowledged the 2xx.
func (l *Leg) unacked(*answer) {
	l.answer = nil
	if l.bye == nil {
		l.sendBye(l.peer, Cause{Text: "no ACK"}, nil)
	}
	l.end(true, Cause{}, WhyNoAck)
	l.sayBye()
	l.settle()
}

// acked takes the ACK to a 2xx.
func (l *Leg) acked(req *sip.Request) {
	l.input(func() {
		a := l.answer
		if a == nil || req.CSeq().SeqNo != a.seq || fromTag(req) != l.peerTag() {
			return
		}
		l.dropAnswer()
		sdp := sdpOf(req)
		if a.offer {
			l.offerOut, l.negotiated = false, true
		}
		if !l.over {
			l.state = StateConfirmed
			switch {
			case a.initial && a.offer:
				l.emit(Confirmed{SDP: sdp})
			case a.initial:
				l.emit(Confirmed{})
			case a.offer:
				l.emit(Reanswered{SDP: sdp, Status: sip.StatusOK})
			}
		}
		l.sayBye()
		l.settle()
	})
}

// dropAnswer stops the repeating of a 2xx. l.mu is held.
func (l *Leg) dropAnswer() {
	if a := l.answer; a != nil && a.timer != nil {
		a.timer.Stop()
	}
	l.answer = nil
}

// sayBye sends the BYE that waited for the ACK. l.mu is held.
func (l *Leg) sayBye() {
	if bye := l.bye; bye != nil {
		l.bye = nil
		bye()
	}
}

func (l *Leg) peerTag() string {
	if l.peer == nil {
		return ""
	}
	return l.peer.tag
}
