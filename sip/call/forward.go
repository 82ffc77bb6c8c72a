package call

import (
	"dialtone/sip/dialog"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// leadOn rings whom a call goes to after nobody of the last plan took it.
func (c *Call) leadOn(r *ring, next route.Decision) {
	r.stop(c, nil, dialog.Cause{Status: 487, Text: "Forwarded"})
	c.describeForward(&next)
	if !r.from.answered && r.early == nil {
		_ = r.from.Progress(181, "Call Is Being Forwarded", nil, false)
	}
	said := r.said
	if r.early != nil {
		r.from.media.Leave()
	}
	c.ring = &ring{from: r.from, decision: next, settled: r.settled, said: said}
	c.nextStage()
}

// redirected follows a phone that answered 302 (RFC 3261 section 8.1.3.4): the call goes
// where the phone says, as if its user had forwarded it. In a group the others go on
// ringing, and the phone is busy. False when the call does not go there.
func (c *Call) redirected(b *branch, ev dialog.Failed) bool {
	r := c.ring
	if len(ev.Contacts) == 0 || r.agents != nil || c.severalRing(b) {
		ev.Status = 486
		c.branchOver(b, 486, true)
		return true
	}
	var next route.Decision
	c.view(func(d directory) { next = route.Redirect(d, r.decision, b.target, userOf(ev.Contacts[0]), c.m.now()) })
	b.over = true
	switch next.Kind {
	case route.Ring, route.Trunk:
		c.leadOn(r, next)
	case route.Queue:
		c.leadToQueue(r, next)
	case route.Refuse:
		r.stop(c, nil, dialog.Cause{Status: 487, Text: "Forwarded"})
		c.settle(r, nil, refused(next.Refusal, record.CallFailed))
	default:
		b.over = false
		return false
	}
	return true
}

// severalRing says whether others than a branch's user are rung.
func (c *Call) severalRing(b *branch) bool {
	for _, other := range c.ring.branches {
		if !other.over && (other.target.User != b.target.User || other.outside != nil) {
			return true
		}
	}
	return false
}
