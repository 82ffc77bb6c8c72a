package queue

import (
	"time"

	"dialtone/store/record"
)

// log is what was decided about agents for one caller.
type log struct {
	steps []record.QueueStep
	last  map[record.ID]string // the last step of each agent
}

// add notes a step.
func (l *log) add(at time.Time, user record.ID, step string) {
	if l.last == nil {
		l.last = map[record.ID]string{}
	}
	l.last[user] = step
	if len(l.steps) < record.MaxQueueSteps {
		l.steps = append(l.steps, record.QueueStep{At: at, Agent: user, Step: step})
	}
}

// skip notes why an agent is not rung, unless that was the last that was noted.
func (l *log) skip(at time.Time, user record.ID, why string) {
	if l.last[user] != why {
		l.add(at, user, why)
	}
}

// take is what was noted so far; what is noted later begins anew.
func (l *log) take() []record.QueueStep {
	steps := l.steps
	*l = log{}
	return steps
}
