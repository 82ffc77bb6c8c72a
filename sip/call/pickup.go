package call

import (
	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// replace puts a new caller into the place of a dialog of ours, which Replaces (RFC 3891)
// or a pickup named: the key of a watched phone was pressed. The call that began with the
// INVITE ends and leaves no record of its own.
func (c *Call) replace(l *leg, named string) {
	if !c.identify(l) {
		return
	}
	c.decision.Account = l.who.account
	if l.who.account == "" || l.who.trunk != "" {
		c.end(endForbidden)
		return
	}
	c.view(func(d directory) { l.who.named(d.v) })
	if !c.takeOffer(l) {
		return
	}
	target := c.m.leg(named)
	if target == nil {
		c.end(endReplaces)
		return
	}
	to := target.owner.Load()
	if to == nil || to == c || !c.m.hand(l, c, to, func(there *Call) { there.taken(l, named) }) {
		c.end(endReplaces)
		return
	}
	c.merged = true
	c.end(endPickedUp)
}

// hand gives a leg to another call, where then is done. Should that call end first, the
// leg is hung up. False when it has ended already: the leg stays.
func (m *Manager) hand(l *leg, from, to *Call, then func(*Call)) bool {
	from.unrecord(l)
	if !m.give(l, from, to, message{l, func(there *Call) {
		there.legs = append(there.legs, l)
		then(there)
	}, func() { m.abandon(l) }}) {
		return false
	}
	from.forget(l)
	return true
}

// abandon ends a leg whose call ended while the leg was on its way there.
func (m *Manager) abandon(l *leg) {
	if l.dialogue != nil {
		l.Hangup(dialog.Cause{Status: 481, Text: "Call is gone"})
		m.unregister(l)
	}
	if l.lamp != nil {
		m.lamps.clear(l.lamp)
		m.freed(l)
	}
	m.through(l)
	if l.release != nil {
		l.release()
	}
	if l.media != nil {
		l.media.Close()
	}
}

// taken lets a new caller take the place of the leg named: of one that rings, then the
// call is answered by him, or of one that talks. Only a phone of the same account may.
func (c *Call) taken(l *leg, named string) {
	refuse := func(o outcome) {
		c.tell(l, o)
		c.hangup(l, causeOf(o))
	}
	old := c.legNamed(named)
	if old == nil {
		refuse(endReplaces)
		return
	}
	if old.who.account != l.who.account {
		refuse(endForbidden)
		return
	}
	b := c.ring.of(old)
	stays := c.other(old)
	switch {
	case b != nil:
		stays = c.ring.from
	case stays == nil || !stays.answered || !old.answered:
		refuse(endReplaces) // RFC 3891 section 3: an early dialog the phone began
		return
	}
	if err := c.answerNew(l, stays); err != nil {
		refuse(mediaRefusal(err))
		return
	}
	if b != nil {
		l.role = record.LegCallee
		c.settle(c.ring, l, outcome{})
		return
	}
	c.takeSeat(old, l)
	c.seat(stays, l, false)
	c.hangup(old, dialog.Cause{Q850: 16, Text: "Replaced"})
}

// answerNew answers a caller who takes a place opposite of stays.
func (c *Call) answerNew(l, stays *leg) error {
	if l.media == nil {
		return media.ErrNotAcceptable
	}
	codecs := l.media.Codecs()
	if stays.media != nil {
		codecs = spoken(stays)
	}
	var description []byte
	var err error
	if l.Offer() != nil {
		description, err = l.media.Answer(media.AnswerOptions{Prefer: codecs})
	} else {
		description, err = l.media.Offer(media.OfferOptions{Codecs: codecs})
		l.offersLate()
	}
	if err != nil {
		return err
	}
	return c.answerWith(l, description, connected(&stays.who, l.Flow().Host)...)
}

// pickUp takes a call that rings for an extension.
func (c *Call) pickUp(l *leg, f *route.FeatureCall) {
	aors := make([]string, len(f.Pickup))
	for i := range f.Pickup {
		aors[i] = f.Pickup[i].AOR
	}
	named := c.m.lamps.ringing(l.who.account, aors)
	if named == "" {
		c.end(refusal(480, "Nothing To Pick Up", record.ReasonNotFound))
		return
	}
	target := c.m.leg(named)
	if target == nil {
		c.end(endReplaces)
		return
	}
	to := target.owner.Load()
	if to == nil || to == c || !c.m.hand(l, c, to, func(there *Call) { there.taken(l, named) }) {
		c.end(endReplaces)
		return
	}
	c.merged = true
	c.end(endPickedUp)
}

// lastCaller is who called a user last: as long as we run from memory, then from the
// records.
func (c *Call) lastCaller(user record.ID) string {
	if number := c.m.recent.caller(user); number != "" {
		return number
	}
	if c.m.config.LastCaller == nil {
		return ""
	}
	return c.m.config.LastCaller(c.ctx, c.decision.Account, user)
}
