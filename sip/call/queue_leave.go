package call

import (
	"dialtone/sip/dialog"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// maxPassages bounds the queues a call's record tells of.
const maxPassages = 8

// endAbandoned is the end of a call whose caller hung up while he waited in a queue,
// endCalledBack of one who is going to be called back.
var (
	endAbandoned  = ended(record.CallCancelled, record.ReasonAbandoned, 200, "", 0, record.HungUpByCaller)
	endCalledBack = ended(record.CallForwarded, record.ReasonNormal, 200, "", 0, record.HungUpBySystem)
)

// queueEnd is the end of a call that a queue sends away to nowhere.
func queueEnd(reason string) outcome {
	o := ended(record.CallNoAnswer, reason, 480, "No Agent Was Free", 0, record.HungUpBySystem)
	o.cause = 19
	switch reason {
	case record.ReasonQueueFull:
		o.result, o.status, o.text, o.cause = record.CallBusy, 486, "Queue Is Full", 17
	case record.ReasonQueueEmpty:
		o.text, o.cause = "No Agent Is There", 20
	}
	return o
}

// overflowed leads on who has waited in vain.
func (c *Call) overflowed(w *queueing, o QueueOrder) {
	c.queueing, c.played = nil, nil // he hears music until it rings
	w.timer.stop()
	c.passed(w, record.QueueOverflowed, o.Overflow, "", o.Steps)
	c.notifyQueue(EventQueueOverflowed, w, nil)
	c.leadFromQueue(w, o.Overflow)
}

// leadFromQueue leads a caller to the queue's overflow, or ends the call.
func (c *Call) leadFromQueue(w *queueing, reason string) {
	if w.queue.Overflow == nil {
		c.end(queueEnd(reason))
		return
	}
	next := &route.Hop{Target: w.queue.Overflow, Queue: w.queue.ID}
	d := w.decision
	d.Plan = &route.Plan{OnBusy: next, OnNoAnswer: next, OnUnreachable: next}
	outcomes := map[string]route.Outcome{record.ReasonQueueFull: route.Busy, record.ReasonQueueTimeout: route.NoAnswer}
	c.view(func(dir directory) { d = route.Follow(dir, d, outcomes[reason], c.m.now()) })
	c.describeForward(&d)
	switch d.Kind {
	case route.Ring, route.Trunk:
		c.startRing(w.of, d, func(c *Call, won *leg, o outcome) { c.tookOverflow(w.of, won, o) })
	case route.Queue:
		c.enqueue(w.of, d)
	default:
		c.end(queueEnd(reason))
	}
}

// tookOverflow ends the ringing at a queue's overflow.
func (c *Call) tookOverflow(of, won *leg, o outcome) {
	switch {
	case won == nil:
		c.end(o)
	case of.gone || !of.answered || c.ring != nil:
		c.answered(won, o)
	default:
		c.takenFromQueue(of, won)
	}
}

// leftQueue ends the call of a caller who hung up while he waited.
func (c *Call) leftQueue(o outcome) {
	if o.by == record.HungUpByCaller || o.by == record.HungUpByCallee {
		o = endAbandoned
	}
	c.end(o)
}

// unqueue gives up the place of a call that ends.
func (c *Call) unqueue(o outcome) {
	w := c.queueing
	if w == nil {
		return
	}
	c.dequeue(w)
	if o.reason == record.ReasonAbandoned {
		c.passed(w, record.QueueAbandoned, "", "", c.m.config.Queues.Leave(w.ticket, LeaveAbandoned))
		c.notifyQueue(EventQueueAbandoned, w, nil)
		return
	}
	c.passed(w, record.QueueEnded, "", "", c.m.config.Queues.Leave(w.ticket, LeaveEnded))
}

// leadToQueue lets somebody for whom a plan has ended wait in a queue: a new caller, one
// who is being transferred, or one who was parked.
func (c *Call) leadToQueue(r *ring, d route.Decision) {
	c.ring = nil
	r.stop(c, nil, dialog.Cause{Status: 487, Text: "Forwarded"})
	c.describeForward(&d)
	if r.early != nil && r.from.media != nil {
		r.from.media.Leave()
	}
	if t := c.transfer; t != nil {
		c.transfer = nil
		c.transferredToQueue(t.by, t.referral, t.gone)
	}
	if c.parking != nil {
		c.unpark()
	}
	c.enqueue(r.from, d)
}

// transferToQueue lets of wait in a queue because by has transferred it there.
func (c *Call) transferToQueue(by, of *leg, d route.Decision, r referral) {
	w, o := c.askQueue(of, d)
	if w != nil && w.refused != "" && w.queue.Overflow == nil {
		w, o = nil, queueEnd(w.refused)
	}
	if w == nil { // they talk on
		r.Done(o.status, o.text)
		return
	}
	c.noteTransfer(by, d.To)
	c.transferredToQueue(by, r, false)
	c.queued(w)
}

// transferredToQueue ends the part of who has transferred somebody to a queue.
func (c *Call) transferredToQueue(by *leg, r referral, gone bool) {
	if r != nil {
		r.Done(200, "OK")
	}
	if !gone {
		switch by {
		case c.caller:
			c.caller = nil
		case c.callee:
			c.callee = nil
		}
		c.linger(by)
	}
	c.notify(EventTransferred)
}
