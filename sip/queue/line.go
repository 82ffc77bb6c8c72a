package queue

import (
	"cmp"
	"slices"
	"time"

	"dialtone/store/record"
)

// office is the queues and agents of one account.
type office struct {
	account record.ID
	lines   []*line
	agents  map[record.ID]*agent
	timer   *time.Timer
}

// line is one queue.
type line struct {
	// settings are replaced as a whole, never changed.
	settings *record.CallQueue
	office   *office
	// gone says that the queue was deleted: who is in it is served to the end.
	gone    bool
	seats   []*seat   // its agents, in order
	waiting []*ticket // who is next comes first
	last    int       // position of who was rung last, -1 for nobody
}

// agent is a user in the queues of the account.
type agent struct {
	user record.ID
	// ringing is the ticket the agent is being rung for, with the one whose caller the
	// agent talks to.
	ringing, with *ticket
	wrapUp, rest  time.Time // until when
}

// seat is an agent in one queue.
type seat struct {
	*agent
	penalty, position int
	standing          Standing
	calls             int // taken from this queue
	lastCall          time.Time
	told              time.Time // when it was last told that a wrap-up is over
}

// office finds the account's, or makes it. e.mu is held.
func (e *Engine) office(account record.ID) *office {
	o := e.offices[account]
	if o == nil {
		o = &office{account: account, agents: map[record.ID]*agent{}}
		o.timer = time.AfterFunc(time.Hour, func() { e.dispatch(account) })
		o.timer.Stop()
		e.offices[account] = o
	}
	return o
}

// Update takes over a queue's settings, unless they are older than those it has.
func (e *Engine) Update(q *record.CallQueue) {
	e.do(q.Account, func() {
		l := e.update(q)
		l.gone = false
		e.changed(l)
	})
}

// update is Update with e.mu held. A queue nobody has told of yet is there as long as
// somebody is in it: it may have been deleted since he looked.
func (e *Engine) update(q *record.CallQueue) *line {
	l := e.lines[q.ID]
	if l == nil {
		o := e.office(q.Account)
		l = &line{office: o, last: -1, gone: true}
		o.lines = append(o.lines, l)
		e.lines[q.ID] = l
	} else if l.settings.Revision > q.Revision {
		return l
	}
	l.settings = q
	was := l.seats
	l.seats = make([]*seat, 0, len(q.Members))
	for i, m := range q.Members {
		s := &seat{agent: l.office.agent(m.User), standing: Standing{State: record.AgentAvailable}}
		if at := slices.IndexFunc(was, func(s *seat) bool { return s.user == m.User }); at >= 0 {
			s = was[at]
		}
		s.penalty, s.position = m.Penalty, i
		l.seats = append(l.seats, s)
	}
	l.office.sweep()
	return l
}

func (o *office) agent(user record.ID) *agent {
	a := o.agents[user]
	if a == nil {
		a = &agent{user: user}
		o.agents[user] = a
	}
	return a
}

// sweep forgets agents who are in no queue and have nothing to do with any caller.
func (o *office) sweep() {
	kept := map[record.ID]*agent{}
	for _, l := range o.lines {
		for _, s := range l.seats {
			kept[s.user] = s.agent
		}
	}
	for user, a := range o.agents {
		if a.ringing != nil || a.with != nil {
			kept[user] = a
		}
	}
	o.agents = kept
}

// Remove takes a queue away. Who waits in it is served with the settings it had.
func (e *Engine) Remove(queue record.ID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.lines[queue]
	if l == nil {
		return
	}
	l.gone = true
	e.close(l)
}

// close forgets a queue that was deleted once nobody is in it. e.mu is held.
func (e *Engine) close(l *line) {
	if !l.gone || l.taken() {
		return
	}
	o := l.office
	o.lines = slices.DeleteFunc(o.lines, func(other *line) bool { return other == l })
	delete(e.lines, l.settings.ID)
	o.sweep()
	if len(o.lines) == 0 {
		o.timer.Stop()
		delete(e.offices, o.account)
	}
}

// taken says whether a caller is in the queue, waiting or with one of its agents.
func (l *line) taken() bool {
	if len(l.waiting) > 0 {
		return true
	}
	for _, a := range l.office.agents {
		if a.with != nil && a.with.line == l {
			return true
		}
	}
	return false
}

// empty says whether every agent of the queue is logged out.
func (l *line) empty() bool {
	return !slices.ContainsFunc(l.seats, func(s *seat) bool { return s.standing.State != record.AgentLoggedOut })
}

// seat is an agent's in the queue, nil without one.
func (l *line) seat(user record.ID) *seat {
	for _, s := range l.seats {
		if s.user == user {
			return s
		}
	}
	return nil
}

// enter puts somebody where he belongs among those who wait.
func (l *line) enter(t *ticket) {
	at, _ := slices.BinarySearchFunc(l.waiting, t, before)
	l.waiting = slices.Insert(l.waiting, at, t)
}

func (l *line) leave(t *ticket) {
	l.waiting = slices.DeleteFunc(l.waiting, func(other *ticket) bool { return other == t })
}

// before orders those who wait: by priority, then by time, then as they came.
func before(a, b *ticket) int {
	return cmp.Or(
		cmp.Compare(b.caller.Priority, a.caller.Priority), a.caller.JoinedAt.Compare(b.caller.JoinedAt),
		cmp.Compare(a.number, b.number),
	)
}
