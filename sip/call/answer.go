package call

import (
	"strconv"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/sdp"
)

func itoa(n int) string { return strconv.Itoa(n) }

// open gives a leg media of its own.
func (c *Call) open(l *leg, o media.Options) error {
	if c.m.sounds == nil {
		return media.ErrPorts
	}
	o.Sink = l.hear
	s, err := c.m.sounds.open(o)
	if err != nil {
		return err
	}
	l.media = s
	return nil
}

// closeMedia lets a leg go on without media of ours.
func (c *Call) closeMedia(l *leg) {
	if l.media != nil {
		l.media.Close()
		l.media = nil
	}
}

// passing says whether a call's descriptions pass through as they are, because its
// waiting party has no media of ours.
func (c *Call) passing() bool { return c.ring.from.media == nil && c.ring.from.dialogue != nil }

// offerTo makes the offer for a leg about to be called: what the waiting party can hear
// first, then what we can transcode.
func (c *Call) offerTo(l *leg, o *dialog.Outgoing, m media.Options) error {
	if c.passing() {
		o.SDP = c.offer
		return nil
	}
	m.Peer = o.Flow.Remote.Addr()
	m.Beside, _ = c.ring.from.media.(*media.Stream)
	err := c.guarded(func() (err error) {
		if err = c.open(l, m); err != nil {
			return err
		}
		var hears media.OfferOptions
		if from := c.ring.from.media; from != nil { // somebody waits
			hears.Codecs, hears.T38 = from.Codecs(), faxAlone(from)
		}
		o.SDP, err = l.media.Offer(hears)
		return err
	})
	if err != nil && c.emergency { // no port is no reason
		c.log.Warn("emergency call without media of ours", "err", err)
		c.closeMedia(l)
		o.SDP, err = c.offer, nil
	}
	return err
}

// takeAnswer takes the description of a leg's response. A later one, of another fork or
// the final answer, takes the place of the one before.
func (c *Call) takeAnswer(l *leg, answer []byte) error {
	if answer == nil {
		answer = l.early // RFC 3261 section 13.2.1: the one before holds
	}
	l.early = answer
	switch {
	case answer == nil:
		return media.ErrNotAcceptable
	case l.media == nil:
		return nil
	}
	return l.media.RemoteAnswer(answer)
}

// hearsEarly lets the waiting party hear what a leg sounds like before it answers, if it
// is the only one that rings. False when ringing is all there is to tell.
func (c *Call) hearsEarly(b *branch, ev dialog.Progressed) bool {
	r := c.ring
	if r.early != nil && r.early != b || r.alone() != b {
		return false
	}
	if err := c.takeAnswer(b.leg, ev.SDP); err != nil {
		c.log.Info("early media cannot be used", "uri", b.leg.uri, "err", err)
		return false
	}
	from := r.from
	if c.parking != nil || c.queueing != nil {
		return true // he hears music until somebody answers
	}
	if from.answered {
		r.early = b
		c.join(from, b.leg)
		return true
	}
	told, err := c.answerFor(from, b.leg)
	if err != nil || told == nil {
		return false
	}
	r.early, r.said = b, 183
	from.told = told
	c.join(from, b.leg)
	c.light(from, StateEarly)
	c.notifyRinging()
	_ = from.Progress(183, "Session Progress", told, false)
	return true
}

// alone is the one branch that is left of a stage, nil when there are several.
func (r *ring) alone() (only *branch) {
	for _, b := range r.branches {
		if b.over {
			continue
		}
		if only != nil {
			return nil
		}
		only = b
	}
	return only
}

// answerFor is the description that answers the caller's offer, now that a leg has
// answered ours. It is nil when the caller made no offer.
func (c *Call) answerFor(caller, callee *leg) ([]byte, error) {
	switch {
	case caller.media == nil || callee.media == nil:
		return callee.early, nil
	case caller.told != nil:
		return caller.media.Local(), nil
	case c.offer == nil:
		return nil, nil
	}
	o := media.AnswerOptions{Prefer: spoken(callee)}
	if taken, ok := callee.media.T38(); ok {
		o.T38 = &taken
	}
	return caller.media.Answer(o)
}

// spoken are the codecs a leg talks, the one in use first.
func spoken(l *leg) []sdp.Codec {
	codec, ok := l.media.Codec()
	all := l.media.Codecs()
	if !ok {
		return all
	}
	list := make([]sdp.Codec, 0, len(all)+1)
	return append(append(list, codec), all...)
}

// accept answers the caller, whose call a leg has taken.
func (c *Call) accept(caller, callee *leg) error {
	answer, err := c.answerFor(caller, callee)
	if err == nil && answer == nil && caller.media != nil {
		answer, err = caller.media.Offer(media.OfferOptions{Codecs: spoken(callee)}) // answered in the ACK
		caller.offersLate()
	}
	if err != nil {
		return err
	}
	return c.answerWith(caller, answer, connected(&callee.who, caller.Flow().Host)...)
}

// answerWith sends the 2xx to a leg that called us.
func (c *Call) answerWith(l *leg, description []byte, h ...dialog.Header) error {
	if err := l.Accept(description, h...); err != nil {
		return err
	}
	l.answered, l.status, l.told = true, 200, description
	return nil
}

// confirmed takes the answer that came with an ACK to an offer of ours.
func (c *Call) confirmed(l *leg, ev dialog.Confirmed) {
	if other := c.other(l); l.media == nil && other != nil && ev.SDP != nil {
		other.Ack(ev.SDP) // whose offer it answers
		return
	}
	if !l.late {
		return
	}
	l.offering, l.late = false, false
	if ev.SDP == nil || l.media == nil || l.media.RemoteAnswer(ev.SDP) != nil {
		c.log.Info("no usable answer in the ACK", "uri", l.uri)
		c.end(endBadAnswer)
	}
	c.followUp(l)
}

// join lets two legs hear each other. No codec in common is not the end: one of the two
// may be asked for another.
func (c *Call) join(a, b *leg) {
	if a.media == nil || b.media == nil {
		return
	}
	if err := c.m.sounds.join(a.media, b.media); err != nil {
		c.log.Info("cannot join", "err", err)
		c.reoffer(a, sdp.SendRecv)
	}
}
