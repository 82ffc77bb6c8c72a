package dialog

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// maxProvisionals bounds the reliable provisional responses that wait for the one
// before them.
const maxProvisionals = 16

// provisional is the state of an incoming leg before its final response.
type provisional struct {
	alive *time.Timer

	last   uint32 // RSeq
	queue  []reliable
	timer  *time.Timer
	accept func() // the 2xx that waits for a PRACK
}

// reliable is a provisional response that wants a PRACK; the first of the queue is on
// its way.
type reliable struct {
	res  *sip.Response
	seq  uint32
	sdp  bool
	wait time.Duration // until it is sent again
	all  time.Duration // waited so far
}

// blocks tells whether a 2xx has to wait.
func (p *provisional) blocks() bool {
	for i := range p.queue {
		if p.queue[i].sdp {
			return true
		}
	}
	return false
}

func (p *provisional) stop() {
	for _, t := range [...]*time.Timer{p.alive, p.timer} {
		if t != nil {
			t.Stop()
		}
	}
	p.queue, p.accept = nil, nil
}

// sendReliably sends a provisional response once those before it are acknowledged.
// l.mu is held.
func (l *Leg) sendReliably(res *sip.Response, sdp []byte) {
	p := &l.provisional
	if len(p.queue) >= maxProvisionals {
		return
	}
	if p.last == 0 {
		p.last = rand.Uint32N(1 << 20)
	}
	p.last++
	res.AppendHeader(sip.NewHeader("Require", "100rel"))
	res.AppendHeader(sip.NewHeader("RSeq", strconv.FormatUint(uint64(p.last), 10)))
	if sdp != nil {
		l.localSDP = sdp
		l.offerOut = l.offerOut || !l.offerIn && !l.negotiated
	}
	p.queue = append(p.queue, reliable{res: res, seq: p.last, sdp: sdp != nil, wait: l.e.t1})
	if len(p.queue) == 1 {
		l.sendFirst()
	}
}

// sendFirst sends the first of the queue, and again until its PRACK.
func (l *Leg) sendFirst() {
	p := &l.provisional
	r := &p.queue[0]
	l.reply(l.in, r.res)
	seq := r.seq
	p.timer = time.AfterFunc(r.wait, func() { l.input(func() { l.unacknowledged(seq) }) })
}

// unacknowledged sends a provisional response again, or gives up.
func (l *Leg) unacknowledged(seq uint32) {
	p := &l.provisional
	if len(p.queue) == 0 || p.queue[0].seq != seq || l.in == nil || l.in.final {
		return
	}
	r := &p.queue[0]
	if r.all += r.wait; r.all >= 64*l.e.t1 {
		l.refuseInvite(sip.StatusGatewayTimeout, "", nil)
		l.end(true, Cause{Status: sip.StatusGatewayTimeout}, WhyNoAck)
		return
	}
	r.wait *= 2
	l.sendFirst()
}

// pracked takes a PRACK (RFC 3262 3).
func (l *Leg) pracked(r *Request) {
	p := &l.provisional
	if !l.incoming || len(p.queue) == 0 || !acknowledges(r.msg, p.queue[0].seq, l.key.seq) {
		_ = r.respond(sip.StatusCallTransactionDoesNotExists, "", "", nil, nil)
		return
	}
	p.timer.Stop()
	had := p.queue[0].sdp
	p.queue = p.queue[1:]
	sdp := sdpOf(r.msg)
	switch {
	case had && l.offerIn: // it was the answer
		l.offerIn, l.negotiated = false, true
		l.takeOffer(r, sdp)
	case had && l.offerOut && sdp != nil: // it was the offer, and here is the answer
		l.offerOut, l.negotiated = false, true
		_ = r.respond(sip.StatusOK, "", "", nil, nil)
		l.emit(Reanswered{SDP: sdp, Status: sip.StatusOK})
	default:
		l.takeOffer(r, sdp)
	}
	if len(p.queue) > 0 {
		l.sendFirst()
	}
	if accept := p.accept; accept != nil && !p.blocks() {
		p.accept = nil
		accept()
	}
}

// takeOffer answers a PRACK, or has it answered when it brings a new offer.
func (l *Leg) takeOffer(r *Request, sdp []byte) {
	if sdp == nil || l.offerOut || l.offerIn {
		_ = r.respond(sip.StatusOK, "", "", nil, nil)
		return
	}
	l.offerIn, r.offer = true, true
	l.guard(r)
	l.emit(Offered{SDP: sdp, Request: r, Update: true})
}

// acknowledges tells whether RAck names a response.
func acknowledges(prack *sip.Request, rseq, cseq uint32) bool {
	f := strings.Fields(value(prack, "RAck"))
	return len(f) == 3 && f[0] == strconv.FormatUint(uint64(rseq), 10) && f[1] == strconv.FormatUint(uint64(cseq), 10) && f[2] == "INVITE"
}
