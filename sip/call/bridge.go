package call

import (
	"errors"
	"fmt"
	"time"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/sdp"
)

// offer is a peer's new offer inside a dialog.
type offer struct {
	sdp     []byte // nil wants ours
	update  bool   // by UPDATE: to be answered at once
	request request
}

// offered answers a new offer of a party's: hold and resume in every dialect, another
// codec, another address, a session refresh. Audio is ours to answer; what else there is
// (T.38) the other party is asked about first.
func (c *Call) offered(l *leg, ev offer) {
	other := c.other(l)
	switch {
	case c.faxing != nil && c.faxing.l == l:
		c.offeredFax(c.faxing, ev)
	case l.media == nil:
		c.passOffer(l, other, ev)
	case l.asked != nil:
		_ = ev.request.Respond(491, "Request Pending", nil, "")
	case ev.sdp == nil:
		c.lateOffer(l, ev)
	case other != nil && other.media != nil && c.refreshFax(l, other, ev):
	case !ev.update && other != nil && other.media != nil && c.passFax(l, other, ev):
	default:
		c.answerOffer(l, other, ev)
	}
}

// answerOffer answers for ourselves.
func (c *Call) answerOffer(l, other *leg, ev offer) {
	wasFax := l.media.Kind() == media.T38
	err := l.media.RemoteOffer(ev.sdp)
	var answer []byte
	if err == nil {
		o := media.AnswerOptions{}
		if other != nil && other.media != nil {
			o.Prefer = spoken(other)
		}
		answer, err = l.media.Answer(o)
	}
	if err != nil {
		l.media.Rollback()
		_ = ev.request.Respond(statusOf(err), "", nil, "")
		return
	}
	_ = ev.request.Accept(answer)
	if held := l.media.Held(); held != l.holds {
		l.holds = held
		c.holdChanged(l, other)
		return
	}
	if wasFax && other != nil && other.media != nil && other.media.Kind() == media.T38 {
		c.reoffer(other, other.wish) // back to speech on both sides
	}
}

// statusOf is the answer to a description that cannot be used.
func statusOf(err error) int {
	switch {
	case errors.Is(err, media.ErrDescription):
		return 400
	case errors.Is(err, media.ErrOrder):
		return 491
	}
	return 488
}

// lateOffer answers a re-INVITE without a description with an offer of ours; the answer
// comes with the ACK.
func (c *Call) lateOffer(l *leg, ev offer) {
	offer, err := l.media.Offer(media.OfferOptions{Codecs: c.audible(l), Direction: l.wish, T38: c.faxAgreed(l)})
	if err != nil {
		_ = ev.request.Respond(491, "Request Pending", nil, "")
		return
	}
	l.offersLate()
	if err := ev.request.Accept(offer); err != nil {
		l.media.Rollback()
		l.offering, l.late = false, false
	}
}

// audible are the codecs to offer a leg: what the other one talks first.
func (c *Call) audible(l *leg) []sdp.Codec {
	if other := c.other(l); other != nil && other.media != nil {
		return spoken(other)
	}
	return nil
}

// holdChanged tells the other party that he is on hold, or no longer: with music, or by
// what his phone shows.
func (c *Call) holdChanged(by, other *leg) {
	c.relight(by)
	if by.holds {
		c.notify(EventHeld)
	} else {
		c.notify(EventResumed)
	}
	if other == nil || !other.answered || other.media == nil {
		return
	}
	if by.holds && c.entertain(other, by) {
		return
	}
	wish := sdp.SendRecv
	if by.holds {
		wish = sdp.SendOnly
	}
	if !by.holds {
		other.media.Stop()
		c.connect(by, other)
	}
	if wish != other.wish {
		c.reoffer(other, wish)
	}
}

// reoffer asks a leg for another direction or codec. While an offer of ours is open the
// wish waits.
func (c *Call) reoffer(l *leg, wish sdp.Direction, h ...dialog.Header) {
	l.wish = wish
	if l.media == nil || l.gone || !l.answered {
		return
	}
	if l.offering || l.asked != nil {
		l.again = true
		return
	}
	offer, err := l.media.Offer(media.OfferOptions{Codecs: c.audible(l), Direction: wish})
	if err != nil {
		c.log.Info("cannot offer", "uri", l.uri, "err", err)
		return
	}
	if err := l.Reoffer(offer, h...); err != nil {
		l.media.Rollback()
		return
	}
	l.offering = true
}

// reanswered takes the answer to an offer of ours, or its refusal: then everything is as
// it was.
func (c *Call) reanswered(l *leg, ev dialog.Reanswered) {
	if c.faxing != nil && c.faxing.l == l {
		c.reansweredFax(c.faxing, ev)
		return
	}
	l.offering = false
	if l.media == nil {
		c.passAnswer(l, ev)
		return
	}
	ok := ev.Status < 300 && ev.SDP != nil && l.media.RemoteAnswer(ev.SDP) == nil
	if !ok {
		l.media.Rollback()
	}
	if asker := c.askerFor(l); asker != nil {
		c.answerFax(asker, l, ok)
		return
	}
	if ok && l.wish == sdp.SendRecv {
		l.holds = l.media.Held()
	}
	c.followUp(l)
}

// followUp makes the offer that had to wait.
func (c *Call) followUp(l *leg) {
	if l.again && !c.over {
		l.again = false
		c.reoffer(l, l.wish)
	}
}

// infoed passes on what came by INFO: digits as digits, anything else as it is.
func (c *Call) infoed(l *leg, ev dialog.Infoed) {
	other := c.other(l)
	if ev.DTMF != nil {
		l.dtmf = "info"
		if !c.queueKey(l, ev.DTMF.Digit) && !c.key(l, ev.DTMF.Digit) {
			c.digit(other, ev.DTMF)
		}
		return
	}
	msg := ev.Request.Message()
	if asked := header(msg, "Record"); asked != "" {
		c.recordAsked(l, asked, ev.Request)
		return
	}
	if other == nil || !other.answered {
		_ = ev.Request.Respond(200, "OK", nil, "")
		return
	}
	out := dialog.InDialog{Method: "INFO", ContentType: header(msg, "Content-Type"), Body: msg.Body()}
	if p := header(msg, "Info-Package"); p != "" {
		_ = ev.Request.Respond(469, "Bad Info Package", nil, "")
		return
	}
	other.Send(out, nil)
	_ = ev.Request.Respond(200, "OK", nil, "")
}

// digit gives a party a digit the way it takes digits.
func (c *Call) digit(l *leg, d *dialog.DTMF) {
	if l == nil || !l.answered {
		return
	}
	if l.media != nil && l.takesEvents() && l.media.SendDTMF(string(d.Digit)) == nil {
		return
	}
	l.Send(infoDigit(d.Digit, d.Duration), nil)
}

// infoDigit is a digit as an INFO that every maker understands (application/dtmf-relay).
func infoDigit(digit byte, length time.Duration) dialog.InDialog {
	if length <= 0 {
		length = 160 * time.Millisecond
	}
	return dialog.InDialog{
		Method: "INFO", ContentType: "application/dtmf-relay",
		Body: fmt.Appendf(nil, "Signal=%c\r\nDuration=%d\r\n", digit, length.Milliseconds()),
	}
}
