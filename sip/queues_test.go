package sip

import (
	"fmt"
	"testing"

	"dialtone/sip/call"
	"dialtone/store"
	"dialtone/store/record"
)

// Whoever waits in a queue that is deleted is served by those who were logged in.
func TestDeletedQueueKeepsAgents(t *testing.T) {
	f := start(t)
	made := 0
	add := func(members ...record.QueueMember) *record.CallQueue {
		q := record.NewCallQueue()
		q.Account, q.Name, q.Members = f.account, fmt.Sprint("Queue ", made), members
		made++
		f.update(t, func(tx *store.Tx) error { return tx.Create(q) })
		return q
	}
	known := func(q *record.CallQueue) func() bool {
		return func() bool { _, ok := f.queues.State(q.ID); return ok }
	}
	first := add()
	eventually(t, "edge that follows the store", func() bool {
		f.update(t, func(tx *store.Tx) error {
			q, err := store.Load[*record.CallQueue](tx, first.ID)
			if err == nil {
				q.WrapUpSeconds = 1 - q.WrapUpSeconds
				err = tx.Replace(q, 0)
			}
			return err
		})
		return known(first)()
	})
	u := record.NewUser()
	u.Account, u.Name, u.Email = f.account, "Alice", "alice@example.com"
	f.update(t, func(tx *store.Tx) error { return tx.Create(u) })
	q := add(record.QueueMember{User: u.ID})
	f.update(t, func(tx *store.Tx) error {
		_, _, err := tx.SetQueueAgent(q.ID, u.ID, store.AgentState{State: record.AgentLoggedOut})
		return err
	})
	state := func() string {
		s, _ := f.queues.State(q.ID)
		if len(s.Agents) == 0 {
			return "no agent"
		}
		return s.Agents[0].State
	}
	eventually(t, "log-out", func() bool { return state() == record.AgentLoggedOut })
	ticket, refused := f.queues.Join(q, call.QueueCaller{}, func(call.QueueOrder) {})
	if refused != "" {
		t.Fatal(refused)
	}
	f.update(t, func(tx *store.Tx) error { return tx.Delete(q.ID, 0) })
	eventually(t, "what comes behind the deletion", known(add()))
	if got := state(); got != record.AgentLoggedOut {
		t.Errorf("the agent is %s", got)
	}
	f.queues.Leave(ticket, call.LeaveAbandoned)
	if known(q)() {
		t.Error("the queue is still there")
	}
}
