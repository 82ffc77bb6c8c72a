package call

import (
	"dialtone/sip/dialog"
	"dialtone/sip/route"
)

// consultation is a user who talks to somebody else first while of hears music: the
// attended transfer of a phone that has keys only. Hanging up completes it.
type consultation struct {
	by, of *leg
	rings  bool // nobody has answered yet
}

// consult rings whom a user wants to ask. False for what cannot be consulted: the caller
// transfers without asking.
func (c *Call) consult(by, of *leg, number string) bool {
	var d route.Decision
	asked := route.Caller{Account: by.who.account, Credential: by.who.credential}
	c.view(func(dir directory) { d = route.Decide(dir, asked, number, c.m.now()) })
	switch d.Kind {
	case route.Ring, route.Trunk:
	case route.Refuse:
		c.talkAgain(by, of)
		return true
	default:
		return false
	}
	t := &consultation{by: by, of: of, rings: true}
	c.consultation = t
	c.caller, c.callee = by, nil
	c.keepWaiting(of, by, func() bool { return c.consultation == t })
	c.note(by.who.number + " asked " + d.To)
	c.startRing(by, d, (*Call).consulted)
	return true
}

// consulted ends the ringing of who is to be asked.
func (c *Call) consulted(won *leg, _ outcome) {
	t := c.consultation
	switch {
	case won == nil && t == nil:
		c.end(endFeature)
	case won == nil:
		c.giveUp(t)
	default:
		if t != nil {
			t.rings = false
		}
		c.caller, c.callee = c.ringer(t), won
		c.connect(c.caller, won)
		c.light(won, StateConfirmed)
	}
}

// ringer is who asked, also when nobody waits any more.
func (c *Call) ringer(t *consultation) *leg {
	if t != nil {
		return t.by
	}
	return c.caller
}

// giveUp leads a user back to who waits; whom he asked is hung up.
func (c *Call) giveUp(t *consultation) {
	c.consultation = nil
	c.stopRing(dialog.Cause{Status: 487, Q850: 16, Text: "Transfer given up"})
	if asked := c.other(t.by); asked != nil {
		c.hangup(asked, dialog.Cause{Q850: 16, Text: "Transfer given up"})
	}
	c.caller, c.callee = t.by, t.of
	c.talkAgain(t.by, t.of)
}

// consultLeft goes on when one of the three has hung up. False when the call is not in a
// consultation. l is removed already.
func (c *Call) consultLeft(l *leg) bool {
	t := c.consultation
	if t == nil {
		return false
	}
	switch {
	case l == t.of: // the two who are left talk on
		c.consultation = nil
	case l == t.by && t.rings: // he does not wait for the answer
		c.consultation = nil
		c.transferUnasked(t)
	case l == t.by:
		c.consultation = nil
		won := c.callee
		t.of.media.Stop()
		c.noteTransfer(t.by, won.who.number)
		c.callee = t.of
		c.seat(t.of, won, true)
		c.notify(EventTransferred)
	case !t.rings && c.callee == nil: // whom he asked
		c.giveUp(t)
	}
	return true
}

// transferUnasked lets who waited wait for the answer himself.
func (c *Call) transferUnasked(t *consultation) {
	c.transfer = &transfer{by: t.by, of: t.of, gone: true}
	c.caller, c.callee = t.of, nil
	r := c.ring
	r.from, r.settled = t.of, (*Call).transferred
	if r.early != nil {
		t.of.media.Stop()
		c.join(t.of, r.early.leg)
	} else if r.said >= 180 {
		c.ringback(t.of)
	}
}

// replaceConsulting keeps a consultation right when another leg takes a party's place.
func (c *Call) replaceConsulting(old, l *leg) {
	if t := c.consultation; t != nil && t.by == old {
		t.by = l
	}
}
