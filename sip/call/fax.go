package call

import (
	"dialtone/sip/dialog"
	"dialtone/sip/media"
)

// passFax asks the other party whether it takes the fax a party offers (ITU-T T.38 annex
// D). Until it has answered the party waits. False when the offer is of no fax, or nobody
// can be asked.
func (c *Call) passFax(l, other *leg, ev offer) bool {
	if !other.answered || other.offering || other.asked != nil || l.media.RemoteOffer(ev.sdp) != nil {
		return false
	}
	fax, ok := l.media.OfferedT38()
	if !ok {
		l.media.Rollback()
		return false
	}
	offer, err := other.media.Offer(media.OfferOptions{T38: &fax})
	if err == nil {
		err = other.Reoffer(offer)
	}
	if err != nil {
		other.media.Rollback()
		l.media.Rollback()
		return false
	}
	other.offering = true
	l.asked = ev.request
	return true
}

// askerFor is the leg whose request waits for another's answer.
func (c *Call) askerFor(l *leg) *leg {
	if other := c.other(l); other != nil && other.asked != nil {
		return other
	}
	return nil
}

// answerFax tells who asked for a fax what the other party said. Refused, both go on
// with speech.
func (c *Call) answerFax(asker, other *leg, taken bool) {
	request := asker.asked
	asker.asked = nil
	o := media.AnswerOptions{}
	if fax, ok := other.media.T38(); ok && taken {
		o.T38 = &fax
	}
	if answer, err := asker.media.Answer(o); err == nil {
		_ = request.Accept(answer)
	} else {
		asker.media.Rollback()
		_ = request.Respond(488, "Not Acceptable Here", nil, "")
	}
	c.followUp(asker)
}

// passOffer passes the offer of a party without media of ours to the other one.
func (c *Call) passOffer(l, other *leg, ev offer) {
	if other == nil || !other.answered || other.offering || ev.sdp == nil || other.Reoffer(ev.sdp) != nil {
		_ = ev.request.Respond(488, "Not Acceptable Here", nil, "")
		return
	}
	other.offering = true
	l.asked = ev.request
}

// passAnswer passes the answer back.
func (c *Call) passAnswer(l *leg, ev dialog.Reanswered) {
	asker := c.askerFor(l)
	if asker == nil {
		return
	}
	request := asker.asked
	asker.asked = nil
	if ev.Status < 300 && ev.SDP != nil {
		_ = request.Accept(ev.SDP)
		return
	}
	_ = request.Respond(max(ev.Status, 488), "", nil, "")
}
