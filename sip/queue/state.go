package queue

import (
	"time"

	"dialtone/sip/call"
	"dialtone/store/record"
)

// State is what a queue is like at a moment.
type State struct {
	Account, Queue record.ID
	Name           string
	Callers        []Caller // who is next comes first
	Agents         []Agent  // in the order of the queue's members
}

// Caller is somebody who waits.
type Caller struct {
	call.QueueCaller
	Position int
	Wait     time.Duration
	Ringing  []record.ID // the agents being rung for him
	Callback bool        // has hung up and is to be called back
}

// Activities of an agent.
const (
	Idle    = "idle"
	Ringing = "ringing"
	Talking = "talking" // to a caller of a queue
	InUse   = "in_use"  // in another call
	WrapUp  = "wrap_up"
)

// Agent is an agent of a queue.
type Agent struct {
	User    record.ID
	Penalty int
	Standing
	// Activity is what the agent does, in whatever queue.
	Activity string
	// Calls is how many were taken from this queue since the start, LastCall when the
	// last of them ended; zero for none.
	Calls    int
	LastCall time.Time
	// WrapUpUntil is zero for an agent who has none.
	WrapUpUntil time.Time
}

// State is what a queue is like now; ok is false for one nobody knows.
func (e *Engine) State(queue record.ID) (s State, ok bool) {
	s, ok = e.state(queue)
	for i := range s.Agents { // phones are asked while nothing is locked
		if a := &s.Agents[i]; a.Activity == Idle && e.config.Phones.Obstacle(a.User) == call.ObstacleInUse {
			a.Activity = InUse
		}
	}
	return s, ok
}

func (e *Engine) state(queue record.ID) (s State, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.lines[queue]
	if l == nil {
		return s, false
	}
	now := e.now()
	s = State{
		Account: l.settings.Account, Queue: queue, Name: l.settings.Name,
		Callers: make([]Caller, 0, len(l.waiting)), Agents: make([]Agent, 0, len(l.seats)),
	}
	for i, t := range l.waiting {
		c := Caller{QueueCaller: t.caller, Position: i + 1, Wait: now.Sub(t.entered), Callback: t.callback}
		for _, a := range t.ringing {
			c.Ringing = append(c.Ringing, a.user)
		}
		s.Callers = append(s.Callers, c)
	}
	for _, at := range l.seats {
		s.Agents = append(s.Agents, at.shown(now))
	}
	return s, true
}

// shown is the agent for others.
func (s *seat) shown(now time.Time) Agent {
	a := Agent{User: s.user, Penalty: s.penalty, Standing: s.standing, Activity: Idle, Calls: s.calls, LastCall: s.lastCall}
	switch {
	case s.with != nil:
		a.Activity = Talking
	case s.ringing != nil:
		a.Activity = Ringing
	case now.Before(s.wrapUp):
		a.Activity, a.WrapUpUntil = WrapUp, s.wrapUp
	}
	return a
}

// Depth is how many wait in a queue.
func (e *Engine) Depth(queue record.ID) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if l := e.lines[queue]; l != nil {
		return len(l.waiting)
	}
	return 0
}

// Queues lists the queues there are, those that were deleted not among them.
func (e *Engine) Queues() []record.ID {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := make([]record.ID, 0, len(e.lines))
	for id, l := range e.lines {
		if !l.gone {
			list = append(list, id)
		}
	}
	return list
}
