package call

import (
	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// steps are what an INVITE goes through, in order. Each says whether the next follows;
// a step that says no has ended the call, or has left the rest to an event.
var steps = []struct {
	name string
	do   func(*Call, *leg) bool
}{
	{"identify", (*Call).identify},
	{"route", (*Call).route},
	{"authorise", (*Call).authorise},
	{"offer", (*Call).takeOffer},
	{"ring", (*Call).ringDecided},
}

// invite takes a new INVITE from its first look to the first ring. What follows are
// events: a leg's answer leads to [Call.bridge], everything else sooner or later to
// [Call.end].
func (c *Call) invite(l *leg) {
	for _, step := range steps {
		if c.over || !step.do(c, l) {
			return
		}
	}
}

// identify finds out who calls.
func (c *Call) identify(l *leg) bool {
	o := l.Origin()
	c.emergency = o.Emergency
	l.agent = clip(header(l.Request(), "User-Agent"))
	l.uri = fromURI(l.Request())
	c.record.Dialled = dialled(l.Request())
	if o.User != nil {
		c.m.store.View(func(v *store.View) { l.who = phone(v, o.User) })
	} else {
		l.who.trunk = o.Trunk
	}
	return true
}

// route decides where the call goes. It comes before any question of permission: an
// emergency call must not be asked.
func (c *Call) route(l *leg) bool {
	asked := askedOf(l, c.m.trunksOf(l))
	if p := c.m.config.Emergency; p != nil {
		asked.Window = p.Window
	}
	c.decide(l, asked)
	c.emergency = c.decision.Kind == route.Emergency
	l.who.account = c.decision.Account
	c.describe()
	c.m.metrics.started.Inc()
	c.light(l, StateTrying)
	c.notify(EventStarted)
	return true
}

// authorise refuses what may not be. None of it is asked of an emergency call, nor of one
// back to who called for help.
func (c *Call) authorise(l *leg) bool {
	if c.protected() {
		if c.decision.Window != nil {
			c.plan(func(p EmergencyPlan) { p.CalledBack(c.id, &c.decision) })
		}
		return true
	}
	user := l.Origin().User
	switch {
	case user != nil && !user.Calls:
		c.end(endForbidden)
	case c.m.draining.Load():
		c.end(endDraining)
	case c.decision.Kind == route.Refuse:
		c.end(refused(c.decision.Refusal, record.CallRejected))
	case !c.m.admit(c.decision.Account):
		c.end(endFull)
	case !c.takeChannel(l):
		c.m.release(c.decision.Account)
		c.end(endTrunkFull)
	default:
		c.counted = true
		return true
	}
	return false
}

// takeOffer opens the caller's media. An emergency call goes on without media of ours
// where there are none to be had.
func (c *Call) takeOffer(l *leg) bool {
	c.offer = l.Offer()
	err := c.guarded(func() error {
		err := c.open(l, media.Options{Peer: l.Flow().Remote.Addr(), SRTP: media.Optional, Symmetric: true})
		if err == nil && c.offer != nil {
			err = l.media.RemoteOffer(c.offer)
		}
		return err
	})
	switch {
	case err == nil:
		return true
	case c.emergency:
		c.log.Warn("emergency call without media of ours", "err", err)
		c.closeMedia(l)
		return true
	}
	c.log.Info("call refused for its media", "err", err)
	c.end(mediaRefusal(err))
	return false
}

// ringDecided does what was decided.
func (c *Call) ringDecided(l *leg) bool {
	switch c.decision.Kind {
	case route.Emergency:
		c.ringEmergency(l)
	case route.Ring, route.Trunk:
		c.ringFrom(l)
	case route.Feature:
		c.feature(l)
	case route.Park:
		c.slotDialled(l)
	case route.Queue:
		c.enqueue(l, c.decision)
	case route.Fax:
		c.receiveFax(l)
	default:
		c.end(refusal(480, "Temporarily Unavailable", record.ReasonUnreachable))
	}
	return true
}

// answered ends the ring of a new call: won took it, or nobody did.
func (c *Call) answered(won *leg, o outcome) {
	if won == nil {
		c.end(o)
		return
	}
	c.describeCallee(won)
	if c.caller.answered { // another call's party took the caller's place
		c.bridge(c.caller, won)
		c.nowTalksTo(c.caller, won)
		return
	}
	if err := c.accept(c.caller, won); err != nil {
		c.log.Info("two sides have no media in common", "err", err)
		c.end(mediaRefusal(err))
		return
	}
	c.bridge(c.caller, won)
}

// bridge connects two who have answered.
func (c *Call) bridge(caller, callee *leg) {
	c.caller, c.callee = caller, callee
	c.join(caller, callee)
	c.expectFax()
	c.light(caller, StateConfirmed)
	c.light(callee, StateConfirmed)
	if c.record.AnsweredAt.IsZero() {
		c.record.AnsweredAt = c.m.now()
		c.notify(EventAnswered)
	}
}

// end ends the call, whatever it is doing, and writes its record: once.
func (c *Call) end(o outcome) {
	if c.over {
		return
	}
	c.over, c.ended = true, o
	c.vacate()
	c.unfax(o)
	c.refundFax(o)
	cause := causeOf(o)
	if c.why != (dialog.Cause{}) && o.by != record.HungUpBySystem {
		cause = c.why
	}
	c.stopRing(cause)
	c.transfer.stop()
	c.unqueue(o)
	c.uncall()
	for len(c.legs) > 0 {
		l := c.legs[0]
		c.tell(l, o)
		c.hangup(l, cause)
	}
	c.write(o)
}
