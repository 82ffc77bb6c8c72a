package queue

import (
	"slices"
	"time"

	"dialtone/sip/call"
	"dialtone/store/record"
)

// dispatch finds agents for those of an account who wait, sends to their overflow those
// who have waited long enough, and sets the clock for the next time. Phones are asked
// while nothing is locked: what they say may be old by then, and whoever is rung though
// he has just become busy says so himself.
func (e *Engine) dispatch(account record.ID) {
	defer e.deliver()
	e.mu.Lock()
	o := e.offices[account]
	if o == nil || e.closed {
		e.mu.Unlock()
		return
	}
	asked := o.wanted()
	e.mu.Unlock()
	obstacles := make(map[record.ID]call.Obstacle, len(asked))
	for _, user := range asked {
		obstacles[user] = e.config.Phones.Obstacle(user)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	p := &pass{now: e.now(), obstacles: obstacles}
	e.endWrapUps(o, p.now)
	for _, t := range o.queue() {
		if why := t.overdue(p.now); why != "" {
			e.overflow(t, why)
			continue
		}
		e.ring(t, p)
	}
	if e.offices[account] == o {
		e.setClock(o, p.now)
	}
}

// pass is one search for agents.
type pass struct {
	now       time.Time
	obstacles map[record.ID]call.Obstacle
	looks     map[*line]look // as long as nobody has been rung
}

// look is what a queue's agents are like at a moment, by seat.
type look struct {
	free []Candidate
	why  []string // why each cannot be rung, empty for who can
}

// look is asked once for all who wait, until somebody is rung.
func (p *pass) look(l *line) look {
	found, known := p.looks[l]
	if known {
		return found
	}
	found.why = make([]string, len(l.seats))
	for i, s := range l.seats {
		found.why[i] = s.hindered(p.obstacles, l.settings.RingInUse, p.now)
		if found.why[i] == "" {
			found.free = append(found.free, Candidate{User: s.user, Penalty: s.penalty, Position: s.position, LastCall: s.lastCall, Calls: s.calls})
		}
	}
	if p.looks == nil {
		p.looks = map[*line]look{}
	}
	p.looks[l] = found
	return found
}

// endWrapUps has it told whose wrap-up is over. e.mu is held.
func (e *Engine) endWrapUps(o *office, now time.Time) {
	for _, l := range o.lines {
		for _, s := range l.seats {
			if s.told.Before(s.wrapUp) && !now.Before(s.wrapUp) {
				s.told = now
				e.changed(l)
			}
		}
	}
}

// wanted are the agents of queues in which somebody waits.
func (o *office) wanted() (list []record.ID) {
	seen := map[record.ID]bool{}
	for _, l := range o.lines {
		if len(l.waiting) == 0 {
			continue
		}
		for _, s := range l.seats {
			if !seen[s.user] {
				seen[s.user] = true
				list = append(list, s.user)
			}
		}
	}
	return list
}

// queue is everybody in the account for whom nobody is being rung, who is next first.
func (o *office) queue() (list []*ticket) {
	for _, l := range o.lines {
		for _, t := range l.waiting {
			if len(t.ringing) == 0 {
				list = append(list, t)
			}
		}
	}
	slices.SortFunc(list, before)
	return list
}

// overdue is why somebody is to wait no longer, empty for no reason.
func (t *ticket) overdue(now time.Time) string {
	s := t.line.settings
	switch {
	case t.callback && now.Sub(t.kept) >= PlaceLife:
		return record.ReasonQueueTimeout
	case t.callback:
		return ""
	case s.LeaveWhenEmpty && t.line.empty():
		return record.ReasonQueueEmpty
	case s.MaxWaitSeconds > 0 && now.Sub(t.entered) >= seconds(s.MaxWaitSeconds):
		return record.ReasonQueueTimeout
	}
	return ""
}

// overflow sends somebody away. e.mu is held.
func (e *Engine) overflow(t *ticket, why string) {
	end := endOverflowed
	if t.callback {
		end = endNotReached
	}
	e.end(t, end)
	order := call.QueueOrder{Overflow: why, Steps: t.log.take(), Settings: t.line.settings}
	orders := t.orders
	e.tell(func() { orders(order) })
}

// ring has the agents rung who are to be rung for a caller, if there are any, and notes
// why the others are not. e.mu is held.
func (e *Engine) ring(t *ticket, p *pass) {
	l, now := t.line, p.now
	of := p.look(l)
	if !slices.Equal(t.seen, of.why) {
		t.seen = of.why
		for i, why := range of.why {
			if why != "" {
				t.log.skip(now, l.seats[i].user, why)
			}
		}
	}
	if len(of.free) == 0 {
		return
	}
	fresh := slices.DeleteFunc(slices.Clone(of.free), func(c Candidate) bool { return t.tried[c.User] })
	if len(fresh) == 0 {
		clear(t.tried)
		fresh = of.free
	}
	chosen := Choose(l.settings.Strategy, fresh, l.last, e.rand)
	for i := range of.free {
		t.note(&of.free[i], chosen, fresh, now)
	}
	e.order(t, chosen)
	p.looks = nil
}

// note writes down whether a free agent is rung, or why not.
func (t *ticket) note(c *Candidate, chosen []record.ID, fresh []Candidate, now time.Time) {
	rung := slices.IndexFunc(fresh, func(f Candidate) bool { return f.User == chosen[0] })
	switch {
	case slices.Contains(chosen, c.User):
		t.log.add(now, c.User, record.StepRang)
	case t.tried[c.User]:
		t.log.skip(now, c.User, record.StepTried)
	case t.line.settings.Strategy != record.QueueWeightedRandom && c.Penalty > fresh[rung].Penalty:
		t.log.skip(now, c.User, record.StepPenalty)
	default:
		t.log.skip(now, c.User, record.StepOrder)
	}
}

// order tells a caller's call whom to ring. e.mu is held.
func (e *Engine) order(t *ticket, chosen []record.ID) {
	l := t.line
	t.attempt++
	for _, user := range chosen {
		s := l.seat(user)
		s.ringing = t
		t.ringing = append(t.ringing, s.agent)
		l.last = s.position
	}
	timeout := seconds(l.settings.TimeoutSeconds)
	order := call.QueueOrder{Ring: chosen, Attempt: t.attempt, Timeout: timeout, Settings: l.settings}
	orders := t.orders
	e.metrics.rung.Add(float64(len(chosen)))
	e.tell(func() { orders(order) })
	e.changed(l)
}

// hindered is why an agent cannot be rung, empty for no reason: as the decision log has
// it. inUse says that agents are rung who have a call that is none of a queue's.
func (s *seat) hindered(obstacles map[record.ID]call.Obstacle, inUse bool, now time.Time) string {
	obstacle, asked := obstacles[s.user]
	switch {
	case s.standing.State == record.AgentLoggedOut:
		return record.StepLoggedOut
	case s.standing.State == record.AgentPaused:
		return record.StepPaused
	case s.with != nil:
		return record.StepWithCaller
	case s.ringing != nil:
		return record.StepRinging
	case now.Before(s.wrapUp):
		return record.StepWrapUp
	case now.Before(s.rest):
		return record.StepResting
	case !asked: // an agent of a moment ago, who is asked next
		return record.StepOrder
	case inUse && obstacle == call.ObstacleInUse:
		return ""
	}
	return string(obstacle)
}

// setClock has agents looked for again when something is due. e.mu is held.
func (e *Engine) setClock(o *office, now time.Time) {
	var next time.Time
	at := func(due time.Time) {
		if due.After(now) && (next.IsZero() || due.Before(next)) {
			next = due
		}
	}
	for _, l := range o.lines {
		for _, t := range l.waiting {
			if len(t.ringing) > 0 {
				continue
			}
			at(now.Add(Again))
			if most := l.settings.MaxWaitSeconds; most > 0 && !t.callback {
				at(t.entered.Add(seconds(most)))
			}
		}
		for _, s := range l.seats {
			at(s.wrapUp)
			if len(l.waiting) > 0 {
				at(s.rest)
			}
		}
	}
	if next.IsZero() {
		o.timer.Stop()
		return
	}
	o.timer.Reset(next.Sub(now))
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
