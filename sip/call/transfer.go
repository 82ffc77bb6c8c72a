package call

import (
	"dialtone/sip/dialog"
	"dialtone/sip/route"
	"dialtone/sip/sdp"
	"dialtone/store/record"
)

// transfer is a blind transfer on its way: of is being connected to somebody else in the
// name of by, who stays until it has come to something.
type transfer struct {
	by, of   *leg
	referral referral
	gone     bool // the transferor has hung up
	back     bool // the transferor himself is being rung again
}

// referral is a REFER that was accepted: a [dialog.Referral].
type referral interface {
	Accept() error
	Reject(status int, reason string) error
	// Progress and Done tell the transferor the status so far and the final one (RFC
	// 3515 section 2.4.5).
	Progress(status int, reason string)
	Done(status int, reason string)
}

// stop ends a transfer that comes to nothing because the call ends.
func (t *transfer) stop() {
	if t != nil && t.referral != nil {
		t.referral.Done(487, "Request Terminated")
		t.referral = nil
	}
}

// referred handles a REFER: a phone of ours wants the other party connected to somebody
// else, by number or by naming a dialog of its own.
func (c *Call) referred(l *leg, ev dialog.Referred) {
	named := ""
	if ev.ReplacesLeg != nil {
		named = ev.ReplacesLeg.ID()
	}
	c.refer(l, ev.Request.Refer(), userOf(ev.To), ev.Replaces != nil, named)
}

func (c *Call) refer(l *leg, r referral, dialled string, replaces bool, named string) {
	c.m.metrics.transfers.Inc()
	of := c.other(l)
	refuse := func(status int, text string) { _ = r.Reject(status, text) }
	switch {
	case l.who.trunk != "" || l.who.account == "", c.decision.Kind == route.Emergency:
		refuse(403, "Forbidden")
	case of == nil || !of.answered || !l.answered:
		refuse(481, "No Party To Transfer")
	case c.dialling != nil || c.consultation != nil:
		refuse(491, "Request Pending")
	case c.transfer != nil || c.ring != nil || l.asked != nil || of.asked != nil:
		refuse(491, "Request Pending")
	case c.transfers >= maxTransfers:
		refuse(482, "Transferred Too Often")
	case replaces && named == "":
		refuse(481, "Call/Transaction Does Not Exist")
	case r.Accept() != nil:
	case replaces:
		c.transfers++
		c.attended(l, of, named, r)
	default:
		c.transfers++
		c.blind(l, of, dialled, r)
	}
}

// blind connects of to whatever by may dial.
func (c *Call) blind(by, of *leg, dialled string, r referral) {
	var d route.Decision
	asked := route.Caller{Account: by.who.account, Credential: by.who.credential, Behalf: of.who.identity()}
	c.view(func(dir directory) { d = route.Decide(dir, asked, dialled, c.m.now()) })
	switch d.Kind {
	case route.Ring, route.Trunk:
	case route.Park:
		c.parkBlind(by, of, d.Feature, r)
		return
	case route.Emergency:
		c.began(&d, by)
		d = emergencyPlan(d)
	case route.Queue:
		c.transferToQueue(by, of, d, r)
		return
	case route.Refuse:
		r.Done(d.Refusal.Status, d.Refusal.Phrase)
		return
	default:
		r.Done(501, "Not Implemented")
		return
	}
	c.noteTransfer(by, d.To)
	c.transfer = &transfer{by: by, of: of, referral: r}
	c.startRing(of, d, (*Call).transferred)
}

// referredBy tells a phone that is rung for a transfer in whose name (RFC 3892). What the
// transferor's own phone says of that is not believed.
func (c *Call) referredBy(host string) []dialog.Header {
	t := c.transfer
	if t == nil || t.back || t.by.who.number == "" || t.by.who.private {
		return nil
	}
	return []dialog.Header{{Name: "Referred-By", Value: asserted(t.by.who.name, t.by.who.number, host)}}
}

// noteTransfer puts a transfer into the call's record.
func (c *Call) noteTransfer(by *leg, to string) {
	c.note(by.who.number + " transferred to " + to)
}

// note adds a step to what the call's record says of its transfers.
func (c *Call) note(step string) {
	if len(c.record.Transfers) < maxTransfers {
		c.record.Transfers = append(c.record.Transfers, step)
	}
}

// transferred ends the ring of a transfer: won talks to the transferee now, or nobody
// does and all is as it was.
func (c *Call) transferred(won *leg, o outcome) {
	t := c.transfer
	c.transfer = nil
	if r := t.referral; r != nil && won != nil {
		r.Done(200, "OK")
	} else if r != nil {
		r.Done(max(o.status, 400), o.text)
	}
	if won == nil {
		c.notConnected()
	}
	switch {
	case won != nil:
		c.seat(t.of, won, false)
		c.linger(t.by)
		c.notify(EventTransferred)
	case t.gone && !t.back && c.ringBack(t):
	case t.gone:
		c.end(ended(record.CallAnswered, o.reason, 200, "", 0, record.HungUpBySystem))
	default:
		c.connect(c.caller, c.callee)
	}
}

// ringBack rings the transferor again, who has hung up on somebody nobody else takes.
func (c *Call) ringBack(t *transfer) bool {
	var d route.Decision
	asked := route.Caller{Account: t.by.who.account, Credential: t.of.who.credential, Behalf: t.of.who.identity()}
	c.view(func(dir directory) { d = route.Decide(dir, asked, t.by.who.number, c.m.now()) })
	if d.Kind != route.Ring {
		return false
	}
	c.transfer = &transfer{by: t.by, of: t.of, gone: true, back: true}
	c.startRing(t.of, d, (*Call).transferred)
	return true
}

// left says whether a transfer goes on though one of its parties has hung up.
func (t *transfer) left(c *Call, l *leg) bool {
	if l != t.by {
		return false
	}
	t.gone = true // his phone is still told the outcome (RFC 5057 section 4)
	if c.ring != nil && c.ring.said >= 180 {
		c.ringback(t.of)
	}
	return true
}

// ringback lets somebody whose call was answered long ago hear that it rings, unless he
// is still talking to the transferor.
func (c *Call) ringback(l *leg) {
	if l.media == nil || c.talking() && !c.other(l).holds {
		return
	}
	var region string
	c.view(func(d directory) {
		if a := d.Account(l.who.account); a != nil {
			region = a.Region
		}
	})
	l.media.Leave()
	l.media.Play(ringTone(region))
}

// seat puts won opposite of one who stays, and connects the two. moved says that won had
// another call, and must be told who is there now.
func (c *Call) seat(stays, won *leg, moved bool) {
	if c.callee == stays {
		c.caller = won
	} else {
		c.caller, c.callee = stays, won
	}
	won.holds = false
	stays.holds = stays.media != nil && stays.media.Held()
	c.describeCallee(won)
	c.connect(stays, won)
	c.light(stays, StateConfirmed)
	c.light(won, StateConfirmed)
	c.nowTalksTo(stays, won)
	if moved {
		c.nowTalksTo(won, stays)
	}
}

// nowTalksTo tells a leg who is on the other side now, and takes it off hold.
func (c *Call) nowTalksTo(l, other *leg) {
	c.nowShows(l, connected(&other.who, l.Flow().Host))
}

// nowShows gives a leg header fields about the other side, and takes it off hold.
func (c *Call) nowShows(l *leg, h []dialog.Header) {
	switch {
	case l.wish != sdp.SendRecv:
		c.reoffer(l, sdp.SendRecv, h...)
	case len(h) > 0 && l.allows("UPDATE") && l.allow != "":
		l.Send(dialog.InDialog{Method: "UPDATE", Headers: h}, nil)
	}
}

// linger gives somebody who is through with a call time to hang up himself.
func (c *Call) linger(l *leg) {
	if l.gone {
		return
	}
	if l.media != nil {
		l.media.Leave()
		l.media.Stop()
	}
	c.lampOff(l)
	l.lamp, l.lingers = nil, true
	c.after(lingering, func(c *Call) { c.hangup(l, dialog.Cause{Q850: 16, Text: "Transferred"}) })
}

// attended connects of to the other party of another call of by's: of takes the place of
// by there. The other call may be another goroutine's; it gets of with all that is on the
// way for it.
func (c *Call) attended(by, of *leg, named string, r referral) {
	target := c.m.leg(named)
	if target == nil || target == by || target == of {
		r.Done(481, "Call/Transaction Does Not Exist")
		return
	}
	if c.parkConsulted(by, of, target, named, r) {
		return
	}
	to := target.owner.Load()
	if to == nil {
		r.Done(481, "Call/Transaction Does Not Exist")
		return
	}
	if to == c {
		r.Done(491, "Request Pending")
		return
	}
	c.noteTransfer(by, "another call")
	if of.media != nil {
		of.media.Leave()
	}
	account, never := by.who.account, c.recorder.never
	if !c.m.hand(of, c, to, func(there *Call) { there.neverRecord(never); there.arrive(of, named, account, r) }) {
		r.Done(481, "Call/Transaction Does Not Exist")
		c.connect(c.caller, c.callee)
		return
	}
	c.moved = true
	c.notify(EventTransferred)
	c.after(lingering, func(c *Call) { c.end(endMoved) })
}

// arrive takes in a party another call gave: it takes the place of the leg named, which
// must be the same account's.
func (c *Call) arrive(l *leg, named string, account record.ID, r referral) {
	old := c.legNamed(named)
	if old == nil || old.who.account != account {
		r.Done(481, "Call/Transaction Does Not Exist")
		c.hangup(l, dialog.Cause{Status: 481, Text: "Transfer target is gone"})
		return
	}
	switch {
	case c.parking != nil && c.parking.of == old && l.media != nil:
		c.waitsInstead(old, l)
	case c.queueing != nil && c.queueing.of == old && l.media != nil:
		c.queuesInstead(old, l)
	case c.ring != nil && c.ring.from == old:
		c.ring.from = l
		c.takeSeat(old, l)
		if c.ring.early != nil {
			c.join(l, c.ring.early.leg)
		} else if c.ring.said >= 180 {
			c.ringback(l)
		}
	case c.other(old) != nil && c.other(old).answered && old.answered:
		stays := c.other(old)
		c.takeSeat(old, l)
		c.seat(stays, l, true)
	default:
		r.Done(481, "Call/Transaction Does Not Exist")
		c.hangup(l, dialog.Cause{Status: 481, Text: "Transfer target is gone"})
		return
	}
	r.Done(200, "OK")
	c.noteTransfer(old, l.who.number)
	c.hangup(old, dialog.Cause{Status: 487, Q850: 16, Text: "Transferred"})
	c.notify(EventTransferred)
}

// takeSeat puts l where old was.
func (c *Call) takeSeat(old, l *leg) {
	c.replaceConsulting(old, l)
	switch old {
	case c.caller:
		c.caller = l
	case c.callee:
		c.callee = l
	}
}

// legNamed is the call's leg with that tag of ours.
func (c *Call) legNamed(tag string) *leg {
	for _, l := range c.legs {
		if l.dialogue != nil && l.ID() == tag {
			return l
		}
	}
	return nil
}
