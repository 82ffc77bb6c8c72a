package call

import (
	"cmp"
	"slices"
	"time"

	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// attempt is one order of a queue to ring agents.
type attempt struct {
	ticket QueueTicket
	order  QueueOrder
	open   []record.ID // the agents the queue was not told of yet
	ring   *ring       // nil before anybody is rung
}

// ringAgents rings agents for somebody, once; settled is told who answered, or that
// nobody did. They see who calls, and the queue.
func (c *Call) ringAgents(from *leg, d route.Decision, a *attempt, settled func(*Call, *leg, outcome)) {
	if c.ring != nil {
		a.missed(c)
		return
	}
	d.Kind = route.Ring
	d.Plan = &route.Plan{Stages: []route.Stage{{
		Targets: c.agentTargets(a.order.Ring, a.order.Settings, &from.who), Timeout: a.order.Timeout,
	}}}
	c.ring = &ring{from: from, decision: d, settled: settled, agents: a}
	a.ring = c.ring
	c.nextStage()
}

// agentTargets are the lines of agents.
func (c *Call) agentTargets(agents []record.ID, q *record.CallQueue, caller *person) (list []route.Target) {
	shown := callerFrom(q, caller)
	c.view(func(d directory) {
		for _, user := range agents {
			for _, l := range d.Lines(user) {
				list = append(list, route.Target{
					AOR: l.AOR, Credential: l.Line.Credential, Device: l.Device.ID, Line: l.Line.Line, User: user,
					Single: !q.RingInUse, Shown: shown,
				})
			}
		}
	})
	return list
}

// callerFrom is what an agent's phone shows: the queue's prefix, or its name, before the
// caller's.
func callerFrom(q *record.CallQueue, caller *person) route.CallerID {
	prefix := cmp.Or(q.CallerIDPrefix, q.Name+":")
	if caller.private || caller.number == "" {
		return route.CallerID{Number: "anonymous", Name: prefix + " ?"}
	}
	return route.CallerID{Number: caller.number, Name: prefix + " " + cmp.Or(caller.name, caller.number)}
}

// branchMissed tells the queue of an agent when the last of his phones has failed. What
// fails while others of his may still be about to ring is told when the ringing ends.
func (a *attempt) branchMissed(c *Call, r *ring, b *branch) {
	if a == nil || r.timer == nil {
		return
	}
	user := b.target.User
	if slices.ContainsFunc(r.branches, func(o *branch) bool { return o.target.User == user && !o.over }) {
		return
	}
	a.miss(c, user)
}

// missed tells the queue that nobody of those it was not told of took the call.
func (a *attempt) missed(c *Call) {
	for len(a.open) > 0 {
		a.miss(c, a.open[0])
	}
}

func (a *attempt) miss(c *Call, user record.ID) {
	i := slices.Index(a.open, user)
	if i < 0 {
		return
	}
	a.open = slices.Delete(slices.Clone(a.open), i, i+1)
	why := map[route.Outcome]QueueMiss{
		route.Unreachable: MissUnreachable, route.Busy: MissBusy, route.NoAnswer: MissNoAnswer, route.Declined: MissDeclined,
	}[a.outcome(user)]
	c.m.config.Queues.Missed(a.ticket, a.order.Attempt, user, why)
}

// outcome is what ringing an agent's phones came to.
func (a *attempt) outcome(user record.ID) route.Outcome {
	worst := route.Unreachable
	if a.ring == nil {
		return worst
	}
	for _, b := range a.ring.branches {
		if b.target.User == user {
			worst = max(worst, b.outcome)
		}
	}
	return worst
}

// answered tells the queue who took the call. Somebody who picked it up is no agent, nor is
// one who had declined before: the queue has nothing more to do with the call.
func (a *attempt) answered(c *Call, won *leg) []record.QueueStep {
	if !slices.Contains(a.open, won.who.user) {
		return c.m.config.Queues.Leave(a.ticket, LeaveTransferred)
	}
	won.served = a.ticket
	return c.m.config.Queues.Answered(a.ticket, a.order.Attempt, won.who.user)
}

// through tells the queue that an agent's leg is over.
func (m *Manager) through(l *leg) {
	if l.served != 0 {
		m.config.Queues.Through(l.served)
		l.served = 0
	}
}

// freed tells queues that a user has a call less, or one more.
func (m *Manager) freed(l *leg) {
	if q := m.config.Queues; q != nil && l.who.user != "" {
		q.Changed(l.who.account, l.who.user)
	}
}

// Obstacle is why an agent of a queue cannot be rung, empty for no reason.
func (m *Manager) Obstacle(user record.ID) (o Obstacle) {
	now := m.now()
	m.store.View(func(v *store.View) {
		d := directory{v}
		u := d.User(user)
		if u == nil || !m.registered(d, user, now) {
			o = ObstacleUnreachable
		} else if u.DoNotDisturb {
			o = ObstacleDisturb
		}
	})
	if o == "" && m.lamps.busy(user, nil) {
		return ObstacleInUse
	}
	return o
}

// registered says whether a line of a user's has a binding.
func (m *Manager) registered(d directory, user record.ID, now time.Time) bool {
	for _, l := range d.Lines(user) {
		if len(m.config.Bindings.Lookup(nil, []byte(l.AOR), now)) > 0 {
			return true
		}
	}
	return false
}
