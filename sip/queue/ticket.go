package queue

import (
	"time"

	"dialtone/sip/call"
	"dialtone/store/record"
)

// ticket is a caller's place in a queue.
type ticket struct {
	number  call.QueueTicket
	line    *line
	caller  call.QueueCaller
	entered time.Time // this queue
	orders  func(call.QueueOrder)
	// attempt counts ring orders; ringing are the agents of the last one who are still
	// being rung.
	attempt  int
	ringing  []*agent
	tried    map[record.ID]bool // agents who missed this caller, in this round
	agent    *agent             // who took him
	callback bool               // he has hung up and is to be called back
	kept     time.Time          // since when
	log      log
	seen     []string // why its agents could not be rung when that was last noted
}

// waits says whether nobody has taken the caller.
func (t *ticket) waits() bool { return t.agent == nil }

// Join lets somebody wait.
func (e *Engine) Join(q *record.CallQueue, w call.QueueCaller, orders func(call.QueueOrder)) (number call.QueueTicket, refused string) {
	e.do(q.Account, func() {
		l := e.update(q)
		if refused = l.refuses(&w); refused != "" {
			e.metrics.refused.Inc()
			e.close(l)
			return
		}
		e.newest++
		number = e.newest
		t := &ticket{number: number, line: l, caller: w, entered: e.now(), orders: orders, tried: map[record.ID]bool{}}
		if t.caller.JoinedAt.IsZero() {
			t.caller.JoinedAt = t.entered
		}
		e.tickets[number] = t
		l.enter(t)
		e.metrics.waiting.Inc()
		e.changed(l)
	})
	return number, refused
}

// refuses is why somebody may not join, empty if he may: who has priority always may.
func (l *line) refuses(w *call.QueueCaller) string {
	switch {
	case w.Priority > 0:
	case len(l.waiting) >= min(l.settings.MaxLength, record.MaxQueueLength):
		return record.ReasonQueueFull
	case !l.settings.JoinEmpty && l.empty():
		return record.ReasonQueueEmpty
	}
	return ""
}

// Position is a caller's place, 1 for who is next; 0 for one who does not wait.
func (e *Engine) Position(number call.QueueTicket) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if t := e.tickets[number]; t != nil {
		for i, other := range t.line.waiting {
			if other == t {
				return i + 1
			}
		}
	}
	return 0
}

// Missed tells that an agent who was rung did not take the call.
func (e *Engine) Missed(number call.QueueTicket, attempt int, user record.ID, why call.QueueMiss) {
	e.with(number, func(t *ticket) {
		a := t.stops(attempt, user)
		if a == nil {
			return
		}
		now := e.now()
		a.rest = now.Add(Rest)
		t.tried[user] = true
		t.log.add(now, user, string(why))
		e.metrics.missed[why].Inc()
		e.changed(t.line)
	})
}

// stops takes an agent who is rung off an attempt; nil if he is not.
func (t *ticket) stops(attempt int, user record.ID) *agent {
	if attempt != t.attempt {
		return nil
	}
	for i, a := range t.ringing {
		if a.user == user {
			t.ringing = append(t.ringing[:i:i], t.ringing[i+1:]...)
			a.ringing = nil
			return a
		}
	}
	return nil
}

// with does something to a ticket, if there is one, and then looks for agents.
func (e *Engine) with(number call.QueueTicket, what func(*ticket)) {
	e.mu.Lock()
	t := e.tickets[number]
	if t == nil {
		e.mu.Unlock()
		return
	}
	what(t)
	account := t.line.settings.Account
	e.mu.Unlock()
	e.dispatch(account)
}

// Answered tells which agent took a caller.
func (e *Engine) Answered(number call.QueueTicket, attempt int, user record.ID) (steps []record.QueueStep) {
	e.with(number, func(t *ticket) {
		a := t.stops(attempt, user)
		if a == nil {
			return
		}
		now := e.now()
		t.log.add(now, user, record.StepAnswered)
		e.cancel(t)
		t.agent, a.with = a, t
		t.line.leave(t)
		if s := t.line.seat(user); s != nil {
			s.calls++
		}
		e.metrics.waiting.Dec()
		e.metrics.waits.Observe(now.Sub(t.entered).Seconds())
		e.changed(t.line)
		steps = t.log.take()
	})
	return steps
}

// cancel gives up the attempt there is. e.mu is held.
func (e *Engine) cancel(t *ticket) {
	for _, a := range t.ringing {
		a.ringing = nil
		t.log.add(e.now(), a.user, record.StepCancelled)
	}
	t.ringing = nil
	t.attempt++
}

// Through ends the ticket of a caller an agent took: the agent's wrap-up begins.
func (e *Engine) Through(number call.QueueTicket) {
	e.with(number, func(t *ticket) {
		if !t.waits() {
			e.through(t)
		}
	})
}

// through is Through with e.mu held.
func (e *Engine) through(t *ticket) {
	now := e.now()
	t.agent.with = nil
	t.agent.wrapUp = now.Add(seconds(t.line.settings.WrapUpSeconds))
	if s := t.line.seat(t.agent.user); s != nil {
		s.lastCall = now
	}
	delete(e.tickets, t.number)
	e.changed(t.line)
	e.close(t.line)
	t.line.office.sweep()
}

// Leave ends the ticket of somebody who waits no longer, or who was not reached when he
// was called back.
func (e *Engine) Leave(number call.QueueTicket, why call.QueueLeave) (steps []record.QueueStep) {
	e.with(number, func(t *ticket) {
		if !t.waits() {
			if why == call.LeaveNotReached {
				e.metrics.ended[endNotReached].Inc()
			}
			e.through(t)
			return
		}
		end := endLeft
		if why == call.LeaveAbandoned {
			end = endAbandoned
		}
		e.end(t, end)
		steps = t.log.take()
	})
	return steps
}

// end ends the ticket of somebody who waits. e.mu is held.
func (e *Engine) end(t *ticket, why end) {
	e.cancel(t)
	t.line.leave(t)
	e.metrics.waiting.Dec()
	e.metrics.ended[why].Inc()
	delete(e.tickets, t.number)
	e.changed(t.line)
	e.close(t.line)
}

// KeepPlace lets a caller hang up and keep the place, if he still has it.
func (e *Engine) KeepPlace(number call.QueueTicket, orders func(call.QueueOrder)) (steps []record.QueueStep, ok bool) {
	e.with(number, func(t *ticket) {
		if !t.waits() || t.callback {
			return
		}
		e.cancel(t)
		t.callback, t.orders, t.kept = true, orders, e.now()
		e.metrics.ended[endCallback].Inc()
		e.changed(t.line)
		steps, ok = t.log.take(), true
	})
	return steps, ok
}

// Log is what was decided for a caller so far, since he was let go to be called back.
func (e *Engine) Log(number call.QueueTicket) []record.QueueStep {
	e.mu.Lock()
	defer e.mu.Unlock()
	if t := e.tickets[number]; t != nil {
		return append([]record.QueueStep(nil), t.log.steps...)
	}
	return nil
}
