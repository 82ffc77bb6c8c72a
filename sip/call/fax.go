package call

import (
	"context"

	"dialtone/fax"
	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/sdp"
	"dialtone/store/record"
)

// passFax asks the other party whether it takes the fax a party offers (ITU-T T.38 annex
// D). Until it has answered the party waits. False when the offer is of no fax, or nobody
// can be asked.
func (c *Call) passFax(l, other *leg, ev offer) bool {
	if !other.answered || other.offering || other.asked != nil || l.media.RemoteOffer(ev.sdp) != nil {
		return false
	}
	offered, ok := l.media.OfferedT38()
	if !ok {
		l.media.Rollback()
		return false
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
	request := l.asked
	l.asked = nil
	l.media.Rollback()
	_ = request.Respond(488, "Not Acceptable Here", nil, "")
	c.followUp(l)
}

// admitPassing counts a fax between two others against the account's limit: one of a call
// from or to outside, once a call. then is done in the call's goroutine.
func (c *Call) admitPassing(then func(*Call, error)) {
	direction := map[string]fax.Direction{record.CallInbound: fax.Inbound, record.CallOutbound: fax.Outbound}[c.decision.Direction]
	faxes, account := c.m.config.Faxes, c.decision.Account
	if faxes == nil || direction == "" {
		then(c, nil)
		return
	}
	key := c.id
	c.background(func(ctx context.Context) func(*Call) {
		_, err := faxes.Admit(ctx, account, direction, key)
		return func(c *Call) { then(c, err) }
	})
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
