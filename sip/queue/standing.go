package queue

import (
	"time"

	"dialtone/store/record"
)

// Standing is what an agent has switched on or off in a queue.
type Standing struct {
	State  string    // one of record.AgentStates
	Reason string    // of a pause
	Since  time.Time // zero: since ever
}

// SetAgent says how an agent stands in a queue from now on. A pause or a log-out ends no
// ringing that has begun. Nothing happens for somebody who is none of its agents.
func (e *Engine) SetAgent(queue, user record.ID, s Standing) {
	e.mu.Lock()
	l := e.lines[queue]
	var at *seat
	if l != nil {
		at = l.seat(user)
	}
	if at == nil || at.standing == s {
		e.mu.Unlock()
		return
	}
	at.standing = s
	e.changed(l)
	account := l.settings.Account
	e.mu.Unlock()
	e.dispatch(account)
}

// Changed tells that somebody may have become free or not: agents are looked for anew,
// if the user is one.
func (e *Engine) Changed(account, user record.ID) {
	e.mu.Lock()
	o := e.offices[account]
	known := o != nil && o.agents[user] != nil
	if known {
		for _, l := range o.lines {
			if l.seat(user) != nil {
				e.changed(l)
			}
		}
	}
	e.mu.Unlock()
	if known {
		e.dispatch(account)
	}
}
