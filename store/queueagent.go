package store

import (
	"errors"
	"fmt"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// EventQueueAgentUpdate is the audit event of an agent who logs in or out, pauses or comes
// back.
const EventQueueAgentUpdate = "queue_agent.update"

// AgentState is what an agent of a queue is to be.
type AgentState struct {
	State  string // one of record.AgentStates
	Reason string // of a pause
}

// SetQueueAgent writes whether a user takes calls of a queue. Neither before nor after is
// to be changed. ErrNotFound when the queue has no such agent; the error may be
// record.Problems.
func (tx *Tx) SetQueueAgent(queue, user record.ID, to AgentState) (before, after *record.QueueAgent, err error) {
	q, err := Load[*record.CallQueue](tx, queue)
	if err != nil {
		return nil, nil, err
	}
	if q.Member(user) == nil {
		return nil, nil, ErrNotFound
	}
	if before, err = tx.queueAgent(q, user); err != nil {
		return nil, nil, err
	}
	after = before.Clone().(*record.QueueAgent)
	after.State, after.Reason = to.State, to.Reason
	if after.State != before.State {
		after.Since = tx.now
	}
	switch {
	case after.State == record.AgentLoggedOut:
		after.LoggedInAt = time.Time{}
	case before.State == record.AgentLoggedOut:
		after.LoggedInAt = tx.now
	}
	if after.ID == "" {
		return before, after, tx.Create(after)
	}
	return before, after, tx.Replace(after, 0)
}

// queueAgent is the state of a queue's agent, that of a new one when none is written.
func (tx *Tx) queueAgent(q *record.CallQueue, user record.ID) (*record.QueueAgent, error) {
	id, err := tx.buf.Get(uniqueKey(record.QueueAgentKey(q.ID, user)))
	if errors.Is(err, kv.ErrNotFound) {
		return record.NewQueueAgent(q, user), nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read agent %q of queue %q: %w", user, q.ID, err)
	}
	return Load[*record.QueueAgent](tx, record.ID(id))
}

// ToggleQueueLogin logs a user in to his queues, or out when he is available in all of
// them, and tells what he is now. queue narrows it to one, empty is all. The audit log
// says who did it. ErrNotFound when he is no agent of it, or of any.
func (tx *Tx) ToggleQueueLogin(user, queue record.ID, who record.AuditEntry) (state string, err error) {
	agents, err := tx.agentsOf(user, queue)
	if err != nil {
		return "", err
	}
	to := AgentState{State: record.AgentLoggedOut}
	for _, a := range agents {
		if a.State != record.AgentAvailable {
			to.State = record.AgentAvailable
		}
	}
	return to.State, tx.setAgents(agents, to, who)
}

// ToggleQueuePause pauses a user in the queues he is available in, or lets him come back
// when he is in none, and tells what he is now. It leaves alone where he is logged out;
// ErrNotFound when that is everywhere. queue and the audit log as with ToggleQueueLogin.
func (tx *Tx) ToggleQueuePause(user, queue record.ID, who record.AuditEntry) (state string, err error) {
	all, err := tx.agentsOf(user, queue)
	if err != nil {
		return "", err
	}
	to, agents := AgentState{State: record.AgentAvailable}, all[:0]
	for _, a := range all {
		if a.State == record.AgentAvailable {
			to.State = record.AgentPaused
		}
		if a.State != record.AgentLoggedOut {
			agents = append(agents, a)
		}
	}
	if len(agents) == 0 {
		return "", ErrNotFound
	}
	return to.State, tx.setAgents(agents, to, who)
}

// agentsOf is what a user is in a queue, or in every queue of his.
func (tx *Tx) agentsOf(user, queue record.ID) (list []*record.QueueAgent, err error) {
	err = each(tx, user, func(q *record.CallQueue) error {
		if q.Member(user) == nil || queue != "" && q.ID != queue {
			return nil
		}
		a, err := tx.queueAgent(q, user)
		list = append(list, a)
		return err
	})
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	return list, err
}

func (tx *Tx) setAgents(agents []*record.QueueAgent, to AgentState, who record.AuditEntry) error {
	for _, a := range agents {
		before, after, err := tx.SetQueueAgent(a.Queue, a.User, to)
		if err != nil {
			return err
		}
		changes := AgentChanges(before, after)
		if len(changes) == 0 {
			continue
		}
		entry := who
		entry.Event, entry.Resource, entry.Outcome, entry.Changes = EventQueueAgentUpdate, a.Queue, record.OutcomeSuccess, changes
		if err := tx.Audit(after.Account, entry); err != nil {
			return err
		}
	}
	return nil
}

// AgentChanges are the differences between two states of an agent, for the audit log.
func AgentChanges(before, after *record.QueueAgent) []record.FieldChange {
	var list []record.FieldChange
	add := func(field, was, is string) {
		if was != is {
			list = append(list, record.FieldChange{Field: field + " of " + string(after.User), Before: was, After: is})
		}
	}
	add("state", before.State, after.State)
	add("reason", before.Reason, after.Reason)
	return list
}

// queueAgentRules want the state to be that of one of the queue's agents.
func (tx *Tx) queueAgentRules(a *record.QueueAgent) error {
	q, err := Load[*record.CallQueue](tx, a.Queue)
	if err != nil {
		return err
	}
	var p record.Problems
	if q.Member(a.User) == nil {
		p.Add("user", record.CodeNotFound, "is no agent of the queue")
	}
	return p.Err()
}

// dropAgents deletes the states of users who are no agents of a queue any more.
func (tx *Tx) dropAgents(before, after record.Record) error {
	was, isQueue := before.(*record.CallQueue)
	if !isQueue {
		return nil
	}
	now := after.(*record.CallQueue)
	for _, m := range was.Members {
		if now.Member(m.User) != nil {
			continue
		}
		a, err := tx.queueAgent(was, m.User)
		if err == nil && a.ID != "" {
			err = tx.erase(a)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// QueueAgent is whether a member of a queue takes its calls. It must not be changed.
func (v *View) QueueAgent(q *record.CallQueue, user record.ID) *record.QueueAgent {
	if a, ok := v.x.call.agents[queueUser{q.ID, user}]; ok {
		return a
	}
	return record.NewQueueAgent(q, user)
}

// QueuesOf are the queues a user is an agent of, by identifier. The list must not be
// changed.
func (v *View) QueuesOf(user record.ID) []*record.CallQueue { return v.x.call.queues[user] }
