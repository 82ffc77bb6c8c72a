package call

import (
	"cmp"
	"strings"
	"time"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/registrar"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// ring is the ringing of one decision's plan: stage after stage, and where the plan leads
// on, for one who waits.
type ring struct {
	from     *leg // who waits for an answer
	decision route.Decision
	stage    int
	branches []*branch
	outcomes []route.Outcome
	best     int     // final status the caller would hear
	word     bool    // it is a phone's own word
	found    bool    // somebody was where a phone could be rung
	said     int     // provisional status the caller heard
	early    *branch // whose sound the caller hears
	timer    *timer  // end of the stage
	timeout  time.Duration
	headers  []dialog.Header
	settled  func(c *Call, won *leg, o outcome)
	agents   *attempt // nil unless a queue's agents are rung
}

// branch is one phone or one number outside being rung.
type branch struct {
	target  route.Target
	leg     *leg // nil while the way outside is looked for
	rang    bool
	over    bool
	outcome route.Outcome // once it is over
	outside *outside      // nil for a phone
	// again rings a phone once more with its media secured the other way; nil when that
	// has been tried.
	again func(*Call)
}

// startRing rings a decision's plan for from. settled is told once who won, or how it
// ended without anybody.
func (c *Call) startRing(from *leg, d route.Decision, settled func(*Call, *leg, outcome)) {
	c.ring = &ring{from: from, decision: d, settled: settled, headers: intercom(from)}
	c.nextStage()
}

// nextStage rings the next stage of the plan that has anybody to ring; behind the last
// the plan has ended.
func (c *Call) nextStage() {
	r := c.ring
	r.timer.stop()
	r.timer = nil
	plan := r.decision.Plan
	if plan == nil || r.stage >= len(plan.Stages) {
		c.planEnded()
		return
	}
	stage := plan.Stages[r.stage]
	r.stage++
	r.branches = nil
	r.timeout = max(cmp.Or(stage.Timeout, defaultRing), time.Second)
	for _, t := range stage.Targets {
		c.ringTarget(t)
		if c.ring != r || c.over {
			return
		}
	}
	if !r.alive() {
		c.nextStage()
		return
	}
	r.timer = c.after(r.timeout, func(c *Call) { c.stageTimedOut(r) })
}

// ringTarget rings every binding of a line, or a number outside.
func (c *Call) ringTarget(t route.Target) {
	r := c.ring
	if t.AOR == "" {
		if len(r.branches) < maxBranches {
			c.ringOutside(t)
		}
		return
	}
	if t.Single && c.m.lamps.busy(t.User, c) {
		r.outcomes = append(r.outcomes, route.Busy)
		r.note(486, false)
		return
	}
	if c.decision.Window == nil && c.m.lamps.urgent(t.AOR, c) {
		r.outcomes = append(r.outcomes, route.Busy) // nobody is called away from a call for help
		r.note(486, false)
		return
	}
	bindings := c.m.config.Bindings.Lookup(nil, []byte(strings.ToLower(t.AOR)), c.m.now())
	if len(bindings) == 0 {
		r.outcomes = append(r.outcomes, route.Unreachable)
		return
	}
	r.found = true
	for i := range bindings {
		if len(r.branches) >= maxBranches {
			c.log.Warn("too many phones to ring", "aor", t.AOR)
			return
		}
		b := &branch{target: t}
		r.branches = append(r.branches, b)
		first, second := phonePolicies(bindings[i].Transport)
		b.again = func(c *Call) { c.ringBinding(b, &bindings[i], second) }
		c.ringBinding(b, &bindings[i], first)
	}
}

// ringBinding sends an INVITE to one phone. One that cannot be reached fails alone.
func (c *Call) ringBinding(b *branch, at *registrar.Binding, policy media.Policy) {
	l := &leg{role: record.LegCallee, uri: "sip:" + b.target.AOR, agent: at.UserAgent, who: person{
		account: c.ring.decision.Account, user: b.target.User, device: b.target.Device, credential: b.target.Credential,
		aor: strings.ToLower(b.target.AOR),
	}}
	o := dialog.Outgoing{
		Flow: dialog.Flow{
			Transport: strings.ToLower(at.Transport.String()), Remote: at.Source, Listener: at.Listener, Connection: at.Connection,
		},
		Target: at.Contact, Route: pathOf(at.Path), RingTimeout: dialog.DefaultRingTimeout, MaxForwards: c.ring.hops(),
		SessionExpires: phoneSession,
		From:           shownFrom(b.target.Shown, hostOf(b.target.AOR)), To: dialog.Address{URI: "sip:" + b.target.AOR},
		Headers: append(identityHeaders(b.target.Shown, hostOf(b.target.AOR)), c.ring.headers...),
	}
	c.view(func(d directory) { l.who.named(d.v) })
	o.Headers = append(o.Headers, historyInside(c.ring.decision, hostOf(b.target.AOR))...)
	o.Headers = append(o.Headers, c.referredBy(hostOf(b.target.AOR))...)
	o.Headers = append(o.Headers, dialog.Header{Name: "Expires", Value: itoa(int(c.ring.timeout / time.Second))})
	b.leg = l
	c.call(b, o, media.Options{SRTP: policy, Symmetric: true})
}

// hops is the Max-Forwards of what the call sends on: a call that goes in circles through
// others ends (RFC 3261 section 16.6). 0 is for no limit but the usual one.
func (r *ring) hops() int {
	if r.from.dialogue == nil || !r.from.Incoming() || r.from.Request() == nil {
		return 0
	}
	if h := r.from.Request().MaxForwards(); h != nil {
		return max(int(h.Val())-1, 1)
	}
	return 0
}

// call opens media for a branch's leg, offers them and sends the INVITE.
func (c *Call) call(b *branch, o dialog.Outgoing, m media.Options) {
	l := b.leg
	err := c.offerTo(l, &o, m)
	if err == nil {
		err = c.dial(l, o)
	}
	if err != nil {
		c.log.Info("cannot ring", "uri", l.uri, "err", err)
		c.remove(l)
		c.branchFailed(b, dialog.Failed{Status: 503, Unreachable: true})
	}
}

// dial sends a leg's INVITE.
func (c *Call) dial(l *leg, o dialog.Outgoing) error {
	if len(c.legs)+len(c.record.Legs) >= maxLegs {
		return errTooManyLegs
	}
	o.Sink = l.sink
	c.add(l)
	d, err := c.m.dialogs.invite(c.ctx, o)
	if err != nil {
		return err
	}
	l.dialogue = d
	c.m.register(l)
	if c.record.RingingAt.IsZero() {
		c.record.RingingAt = c.m.now()
	}
	c.light(l, StateTrying)
	return nil
}

// refusesMedia says whether a final status is about the offer: 415, 488 or 606.
func refusesMedia(status int) bool { return status == 415 || status == 488 || status == 606 }

// alive says whether a branch of the stage is still undecided.
func (r *ring) alive() bool {
	for _, b := range r.branches {
		if !b.over {
			return true
		}
	}
	return false
}

// of is the branch of a leg, nil when it is none of the ring's.
func (r *ring) of(l *leg) *branch {
	if r == nil {
		return nil
	}
	for _, b := range r.branches {
		if b.leg == l && !b.over {
			return b
		}
	}
	return nil
}

// note keeps the final status that tells the caller most; word says that it is a phone's.
func (r *ring) note(status int, word bool) {
	if r.best == 0 || better(status, r.best) {
		r.best, r.word = status, word
	}
}

// progressed passes a branch's provisional response on.
func (c *Call) progressed(b *branch, ev dialog.Progressed) {
	r := c.ring
	b.rang = b.rang || ev.Status >= 180
	b.leg.rang = b.rang
	b.outside.heard()
	c.light(b.leg, StateEarly)
	if ev.SDP != nil && c.hearsEarly(b, ev) {
		return
	}
	if ev.Status == 181 || ev.Status == 182 || r.early != nil {
		return
	}
	if ev.Status == 183 && ev.SDP == nil {
		return // says nothing to a caller
	}
	c.sayRinging()
}

// sayRinging tells the waiting one that it rings: with a response, or with a tone when
// his call was answered long ago.
func (c *Call) sayRinging() {
	r := c.ring
	if r.said >= 180 {
		return
	}
	r.said = 180
	if c.parking != nil || c.queueing != nil {
		return // he hears music until somebody answers
	}
	c.light(r.from, StateEarly)
	c.notifyRinging()
	if t := c.transfer; t != nil && t.referral != nil {
		t.referral.Progress(180, "Ringing")
	}
	if r.from.answered {
		c.ringback(r.from)
		return
	}
	_ = r.from.Progress(180, "Ringing", nil, false)
}

// branchAnswered makes a branch the winner: the others are told so and end.
func (c *Call) branchAnswered(b *branch, ev dialog.Answered) {
	r := c.ring
	l := b.leg
	l.answered, l.status = true, 200
	b.over = true
	if err := c.guarded(func() error { return c.takeAnswer(l, ev.SDP) }); err != nil && c.emergency {
		c.unreadable(r.from, l, ev.SDP, err)
	} else if err != nil {
		c.log.Info("answer cannot be used", "uri", l.uri, "err", err)
		c.hangup(l, dialog.Cause{Status: 488, Q850: 65, Text: "incompatible media"})
		b.over, b.again = false, nil // somebody has picked up: he is not rung once more
		c.branchFailed(b, dialog.Failed{Status: 488})
		return
	}
	b.outside.keep(l)
	if l.who.trunk != "" {
		c.attempt(l.who.trunk, 200, true)
	}
	c.settle(r, l, outcome{})
}

// settle ends a ring, one way or the other.
func (c *Call) settle(r *ring, won *leg, o outcome) {
	c.ring = nil
	r.stop(c, won, dialog.Elsewhere())
	if won != nil && r.from.media != nil {
		r.from.media.Stop()
	}
	if c.transfer == nil && c.record.AnsweredAt.IsZero() {
		c.decision = r.decision
	}
	r.settled(c, won, o)
}

// stop gives up every branch but the winner's.
func (r *ring) stop(c *Call, won *leg, why dialog.Cause) {
	r.timer.stop()
	for _, b := range r.branches {
		if b.leg != nil && b.leg == won {
			continue
		}
		b.outside.stop()
		rings := !b.over && b.leg != nil
		b.over = true // also while its way outside is still looked for
		if rings {
			c.hangup(b.leg, why)
		}
	}
}

// stopRing gives up the ring there is.
func (c *Call) stopRing(why dialog.Cause) {
	if r := c.ring; r != nil {
		c.ring = nil
		r.stop(c, nil, why)
	}
}

// branchFailed handles a branch that did not answer.
func (c *Call) branchFailed(b *branch, ev dialog.Failed) {
	r := c.ring
	if r == nil || b.over {
		return
	}
	if b.outside != nil {
		if !c.nextWay(b, ev) {
			c.branchOver(b, b.outside.worst, false)
		}
		return
	}
	if again := b.again; again != nil && refusesMedia(ev.Status) {
		b.again = nil
		r.note(ev.Status, true)
		again(c)
		return
	}
	status := ev.Status
	if ev.Unreachable || ev.Timeout && !b.rang {
		status = 0
	}
	if status < 300 || status >= 400 || !c.redirected(b, ev) {
		c.branchOver(b, status, ev.Response != nil)
	}
}

// branchOver counts a branch's final status, which may be a phone's own word; the last
// branch ends the stage.
func (c *Call) branchOver(b *branch, status int, word bool) {
	r := c.ring
	if r == nil || b.over {
		return
	}
	b.over = true
	b.outside.stop()
	b.outcome = route.OutcomeOf(status, b.rang)
	r.outcomes = append(r.outcomes, b.outcome)
	r.note(status, word)
	r.agents.branchMissed(c, r, b)
	switch {
	case status >= 600 && b.outside == nil && r.agents == nil:
		r.stop(c, nil, dialog.Cause{Status: status, Text: "Declined elsewhere"})
		r.stage = len(r.decision.Plan.Stages)
		c.planEnded()
	case r.timer != nil && !r.alive():
		c.nextStage()
	}
}

// stageTimedOut ends a stage nobody answered in time.
func (c *Call) stageTimedOut(r *ring) {
	if c.ring != r {
		return
	}
	for _, b := range r.branches {
		if b.over {
			continue
		}
		b.over = true
		b.outside.stop()
		o := route.NoAnswer
		if !b.rang {
			o = route.Unreachable
		}
		b.outcome = o
		r.outcomes = append(r.outcomes, o)
		r.note(map[bool]int{true: 480, false: 408}[b.rang], false)
		if b.leg != nil {
			c.hangup(b.leg, dialog.Cause{Status: 487, Q850: 19, Text: "no answer"})
		}
	}
	c.nextStage()
}

// planEnded leads the call on, or ends the ring without anybody.
func (c *Call) planEnded() {
	r := c.ring
	o := route.Combine(r.outcomes...)
	var next route.Decision
	c.view(func(d directory) { next = route.Follow(d, r.decision, o, c.m.now()) })
	if next.Kind == route.Ring || next.Kind == route.Trunk {
		c.leadOn(r, next)
		return
	}
	if next.Kind == route.Queue && c.consultation == nil {
		c.leadToQueue(r, next)
		return
	}
	c.settle(r, nil, c.unanswered(r, o, next))
}

// unanswered is what the waiting one is told when nobody took the call. A number outside
// is answered by the outside's own words.
func (c *Call) unanswered(r *ring, o route.Outcome, next route.Decision) outcome {
	if c.emergency {
		return emergencyLost(r.best)
	}
	if next.Kind == route.Refuse && next.Refusal.Reason == record.ReasonLoop {
		return refused(next.Refusal, record.CallFailed)
	}
	if r.decision.Kind == route.Trunk {
		return fromOutside(r.best)
	}
	if o == route.Unreachable && refusesMedia(r.best) {
		return ended(record.CallFailed, record.ReasonIncompatibleMedia, 488, "Not Acceptable Here", 0, record.HungUpByCallee)
	}
	refusal := next.Refusal
	if next.Kind != route.Refuse || refusal.Status == 0 {
		refusal = o.Refusal()
	}
	if r.found && refusal.Reason == record.ReasonNotRegistered {
		refusal.Reason = record.ReasonUnreachable // whoever is registered was not to be had
	}
	out := refused(refusal, "")
	if r.word && (o == route.Busy || o == route.Declined) {
		out.by = record.HungUpByCallee
	}
	return out
}
