package call

import (
	"errors"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/sdp"
)

// passFax asks the other party whether it takes the fax a party offers (ITU-T T.38 annex
// D). Until it has answered the party waits. False when the offer is of no fax, or the
// other party is not to be asked.
func (c *Call) passFax(l, other *leg, ev offer) bool {
	if !other.answered || l.media.RemoteOffer(ev.sdp) != nil {
		return false
	}
	offered, ok := l.media.OfferedT38()
	if !ok || !c.takesT38(other) {
		l.media.Rollback()
		return false
	}
	if other.offering || other.asked != nil { // both ask at once (RFC 3261 section 14.2)
		l.media.Rollback()
		_ = ev.request.Respond(491, "Request Pending", nil, "")
		return true
	}
	l.asked = ev.request
	c.admitPassing(func(c *Call, err error) { c.passAdmitted(l, &offered, err) })
	return true
}

// passAdmitted asks the other party, once the fax counts. One over the limit stays a call:
// the switch to T.38 is refused.
func (c *Call) passAdmitted(l *leg, offered *sdp.T38, err error) {
	other := c.other(l)
	if l.gone || l.asked == nil {
		return
	}
	var offer []byte
	if err == nil && (other == nil || other.media == nil || other.offering) {
		err = media.ErrOrder
	}
	if err == nil {
		offer, err = other.media.Offer(media.OfferOptions{T38: offered})
	}
	if err == nil {
		if err = other.Reoffer(offer); err != nil {
			other.media.Rollback()
		}
	}
	if err == nil {
		other.offering = true
		return
	}
	c.log.Info("no fax passes", "uri", l.uri, "err", err)
	if errors.Is(err, media.ErrOrder) {
		c.refuseAsked(l, 491, "Request Pending")
		return
	}
	c.answerFax(l, other, false)
}

// refreshFax answers for ourselves a party's offer of the fax that goes on: a session
// refresh, or a new address. The other party is not troubled.
func (c *Call) refreshFax(l, other *leg, ev offer) bool {
	if l.media.Kind() != media.T38 || other.media.Kind() != media.T38 || l.media.RemoteOffer(ev.sdp) != nil {
		return false
	}
	agreed, ok := other.media.T38()
	if _, again := l.media.OfferedT38(); !ok || !again {
		l.media.Rollback()
		return false
	}
	answer, err := l.media.Answer(media.AnswerOptions{T38: &agreed})
	if err != nil {
		l.media.Rollback()
		_ = ev.request.Respond(statusOf(err), "", nil, "")
		return true
	}
	_ = ev.request.Accept(answer)
	return true
}

// faxAgreed is what to offer a leg whose fax goes on when it asks for an offer; nil without
// a fax.
func (c *Call) faxAgreed(l *leg) *sdp.T38 {
	theirs, ok := l.media.T38()
	switch other := c.other(l); {
	case !ok:
		return nil
	case c.faxing != nil && c.faxing.l == l:
		ours := agreeable(theirs)
		return &ours
	case other != nil && other.media != nil:
		if agreed, ok := other.media.T38(); ok {
			return &agreed
		}
	}
	return nil
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
	o := media.AnswerOptions{}
	if taken {
		if agreed, ok := other.media.T38(); ok {
			o.T38 = &agreed
		}
	} else if other != nil && other.media != nil {
		o.Prefer = spoken(other)
	}
	answer, err := asker.media.Answer(o)
	if err != nil {
		c.refuseAsked(asker, 488, "Not Acceptable Here")
		return
	}
	c.passage.fax = c.passage.fax || o.T38 != nil
	request := asker.asked
	asker.asked = nil
	_ = request.Accept(answer)
	c.followUp(asker)
}

// refuseAsked refuses what a leg asked for: everything is as it was.
func (c *Call) refuseAsked(l *leg, status int, text string) {
	request := l.asked
	l.asked = nil
	l.media.Rollback()
	_ = request.Respond(status, text, nil, "")
	c.followUp(l)
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
