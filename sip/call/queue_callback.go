package call

import (
	"time"

	"dialtone/internal/audio/prompt"
	"dialtone/sip/dialog"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// callback is somebody who has left a queue and keeps his place: when it is his turn an
// agent is rung, and then he is. Each try is a call of its own, the last one has a record.
type callback struct {
	who     person
	number  record.ID // of the account's that was called; empty for none
	ticket  QueueTicket
	queue   *record.CallQueue
	joined  time.Time
	attempt *attempt // of agents
	agent   *leg     // who has answered
	reached bool
}

// endNoAgent is the end of a try to call somebody back that no agent took.
var endNoAgent = ended(record.CallNoAnswer, record.ReasonNoAnswer, 480, "No Agent Was Free", 0, record.HungUpBySystem)

// acceptCallback lets who waits hang up and keep his place.
func (c *Call) acceptCallback(w *queueing) {
	b := callback{who: w.of.who, number: w.decision.Number, ticket: w.ticket, queue: w.queue, joined: w.joined}
	m := c.m
	c.stopRing(dialog.Cause{Status: 487, Text: "Caller will be called back"})
	steps, kept := m.config.Queues.KeepPlace(w.ticket, func(o QueueOrder) { m.callBackOrdered(b, o) })
	if !kept {
		return // he is about to be sent away
	}
	c.dequeue(w)
	c.passed(w, record.QueueCallback, "", "", steps)
	c.notifyQueue(EventQueueCallback, w, nil)
	c.farewell(w.of, endCalledBack, prompt.CallbackAccepted)
}

// callBackOrdered begins a try to call somebody back. It does not wait.
func (m *Manager) callBackOrdered(b callback, o QueueOrder) {
	b.queue = o.Settings
	if o.Overflow != "" { // the place is not kept for ever
		m.tellQueue(EventQueueCallbackFailed, b.told(m, ""))
		return
	}
	b.attempt = &attempt{ticket: b.ticket, order: o, open: o.Ring}
	if !m.startAlone(func(c *Call) { c.callBackBy(&b) }) {
		b.attempt.missed(&Call{m: m})
	}
}

// startAlone makes a call without a leg and lets it run, beginning with first. False when
// no calls are taken any more.
func (m *Manager) startAlone(first func(*Call)) bool {
	c := m.newCall()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.draining.Load() {
		c.cancel()
		return false
	}
	m.calls[c.id] = c
	m.metrics.active.Inc()
	c.post(first)
	m.wg.Go(c.run)
	return true
}

// callBackBy rings the agents who are to call somebody back. Their phones show him.
func (c *Call) callBackBy(b *callback) {
	c.calling, c.merged, c.rang = b, true, true // nobody is told before an agent answers
	c.decision = route.Decision{Account: b.queue.Account, Direction: record.CallOutbound, To: b.who.number}
	nobody := &leg{who: person{account: b.queue.Account, number: b.who.number, name: b.who.name}, answered: true}
	c.ringAgents(nobody, c.decision, b.attempt, (*Call).agentCallsBack)
}

// agentCallsBack has who left the queue rung for the agent that answered.
func (c *Call) agentCallsBack(won *leg, _ outcome) {
	b := c.calling
	if won == nil {
		c.end(endNoAgent)
		return
	}
	b.agent, c.caller, c.merged, c.rang = won, won, false, false
	steps := b.attempt.answered(c, won)
	asked := route.Caller{Account: won.who.account, Credential: won.who.credential}
	c.view(func(d directory) { c.decision = route.CallBack(d, asked, b.who.number, b.shown(), c.m.now()) })
	c.record.Dialled = b.who.number
	c.describe()
	c.passed(&queueing{queue: b.queue, joined: b.joined}, record.QueueAnswered, "", won.who.user, steps)
	c.m.metrics.started.Inc()
	c.light(won, StateConfirmed)
	c.notify(EventStarted)
	switch c.decision.Kind {
	case route.Ring, route.Trunk:
		c.startRing(won, c.decision, (*Call).calledBack)
	default:
		c.end(refused(c.decision.Refusal, record.CallFailed))
	}
}

// shown is the number somebody who is called back sees: the one the queue names for that,
// else the one he had called; where there is none he sees the agent's.
func (b *callback) shown() record.ID {
	if offer := b.queue.Callback; offer != nil && offer.OutboundNumber != "" {
		return offer.OutboundNumber
	}
	return b.number
}

// calledBack ends the ringing of who left the queue.
func (c *Call) calledBack(won *leg, o outcome) {
	if won == nil {
		c.end(o)
		return
	}
	c.calling.reached = true
	c.tellQueue(EventQueueCalledBack, c.calling.told(c.m, c.calling.agent.who.user))
	c.answered(won, o)
}

// uncall tells the queue of a try that has come to nothing.
func (c *Call) uncall() {
	b := c.calling
	if b == nil {
		return
	}
	c.calling = nil
	b.attempt.missed(c)
	if b.agent != nil && !b.reached {
		c.m.config.Queues.Leave(b.ticket, LeaveNotReached)
		c.m.tellQueue(EventQueueCallbackFailed, b.told(c.m, b.agent.who.user))
	}
}
