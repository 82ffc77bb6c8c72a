package call

import (
	"slices"
	"time"

	"dialtone/sip/route"
	"dialtone/store/record"
)

// maxRecordedLegs is how many legs a record has, and as many besides of those who talked.
const maxRecordedLegs = 64

// describe puts what was decided into the call's record.
func (c *Call) describe() {
	d, r := &c.decision, &c.record
	r.Account, r.Direction, r.To = d.Account, d.Direction, d.To
	r.Dialled = d.Dialled
	r.From, r.CallerName = d.From.Extension, d.From.Name
	if r.From == "" {
		r.From = d.From.Number
	}
	if r.From == "" {
		r.From = c.caller.who.number
	}
	r.Number = d.Number
	if d.Direction == record.CallInbound {
		r.Trunk, r.User = d.From.Trunk, rungUser(d.Plan)
	} else {
		r.User, r.Device = d.From.User, d.From.Device
	}
	c.describeForward(d)
}

// rungUser is the user a plan begins with ringing; empty when there are several, or none.
func rungUser(p *route.Plan) (user record.ID) {
	if p == nil || len(p.Stages) == 0 {
		return ""
	}
	for i, t := range p.Stages[0].Targets {
		if i > 0 && t.User != user {
			return ""
		}
		user = t.User
	}
	return user
}

// describeCallee completes the record by who answered.
func (c *Call) describeCallee(l *leg) {
	if l == nil {
		return
	}
	if c.record.Direction == record.CallInbound {
		c.record.User, c.record.Device = l.who.user, l.who.device
	}
	if l.who.trunk != "" && c.record.Trunk == "" {
		c.record.Trunk = l.who.trunk
	}
}

// describeForward notes what led the call on and is not noted yet.
func (c *Call) describeForward(d *route.Decision) {
	noted := len(c.record.Forwards)
	for i := noted; i < min(len(d.Diversions), maxRecordedLegs); i++ {
		by := d.Diversions[i]
		who := by.Name
		if who == "" {
			who = by.Extension + by.Number
		}
		c.record.Forwards = append(c.record.Forwards, who+" forwarded to "+by.To+": "+by.Reason)
	}
}

// recordLeg puts a leg that has ended into the call's record, in the order the legs were
// made.
func (c *Call) recordLeg(l *leg) {
	r := &c.record
	if len(r.Legs) >= maxRecordedLegs && (!l.answered || len(r.Legs) >= 2*maxRecordedLegs) {
		return // a queue may ring many in vain before somebody takes the call
	}
	at, _ := slices.BinarySearch(c.numbers, l.number)
	c.numbers = slices.Insert(c.numbers, at, l.number)
	r.Legs = slices.Insert(r.Legs, at, l.facts())
}

// write gives the record of an ended call away: once.
func (c *Call) write(o outcome) {
	if c.written {
		return
	}
	c.written = true
	r := &c.record
	if c.moved {
		o.reason, o.by = record.ReasonTransferred, record.HungUpBySystem
	}
	r.Result, r.Reason, r.SIPStatus, r.HungUpBy = o.result, o.reason, o.status, o.by
	if r.Direction == "" {
		r.Direction = record.CallInternal
	}
	r.EndedAt = c.m.now()
	if !r.AnsweredAt.IsZero() {
		r.SIPStatus = 200
		if o.result != record.CallForwarded {
			r.Result = record.CallAnswered
		}
		r.DurationSeconds = int(r.EndedAt.Sub(r.AnsweredAt) / time.Second)
	}
	if c.emergency {
		c.plan(func(p EmergencyPlan) { p.Ended(c.id, r) })
	}
	if counter := c.m.metrics.ended[[2]string{r.Result, r.Reason}]; counter != nil {
		counter.Inc()
	}
	c.publish()
	c.log.Info("call ended", "result", r.Result, "reason", r.Reason, "from", r.From, "to", r.To, "seconds", r.DurationSeconds)
	if r.Account == "" {
		return // nobody's: counted and logged
	}
	if c.started {
		told := *r
		c.m.tell(Event{Kind: EventEnded, Account: r.Account, Call: c.id, Info: c.info.Load(), Record: &told})
	}
	if c.merged {
		return // the call it became part of tells of it
	}
	c.m.recent.note(r)
	if c.m.config.Records != nil {
		c.m.config.Records.Call(*r, c.trace.take())
	}
}

// close frees what a call holds when it is over. The goroutine ends with it.
func (c *Call) close() {
	c.cancel()
	c.stopRecording(record.RecordingCallEnded)
	c.wg.Wait()
	c.vacate()
	c.unqueue(c.ended)
	c.uncall()
	for _, m := range c.box.close() {
		if m.lost != nil {
			m.lost()
		}
	}
	if c.counted {
		c.m.release(c.decision.Account)
	}
	c.m.metrics.active.Dec()
	c.m.forget(c)
}
