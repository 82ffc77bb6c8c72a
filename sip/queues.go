package sip

import (
	"context"
	"sync"
	"time"

	"dialtone/sip/call"
	"dialtone/sip/event"
	"dialtone/sip/queue"
	"dialtone/store"
	"dialtone/store/record"
)

// queuePause is the least time between two tellings of what queues are like: much happens
// in a busy one, and lamps have 200 ms.
const queuePause = 50 * time.Millisecond

// newQueues sets up the queues there are.
func (s *Server) newQueues(cfg Config) {
	s.queueNews = queueNews{wake: make(chan struct{}, 1)}
	s.queueChanged = cfg.QueueChanged
	s.queues = queue.New(queue.Config{
		Phones: agentPhones{s}, Changed: s.queueNews.note, Log: cfg.Log, Now: s.now, Registerer: cfg.Registerer,
	})
	s.loadQueues()
}

// agentPhones tell whether agents can be rung.
type agentPhones struct{ *Server }

// Obstacle is why not.
func (p agentPhones) Obstacle(user record.ID) call.Obstacle { return p.calls.Obstacle(user) }

// loadQueues takes over every queue and what its agents have said, and forgets those that
// are gone.
func (s *Server) loadQueues() {
	var list []*record.CallQueue
	agents := map[record.ID][]*record.QueueAgent{}
	s.store.View(func(v *store.View) {
		store.Each(v, "", func(a *record.Account) bool {
			store.Each(v, a.ID, func(q *record.CallQueue) bool {
				list = append(list, q)
				for _, m := range q.Members {
					agents[q.ID] = append(agents[q.ID], v.QueueAgent(q, m.User))
				}
				return true
			})
			return true
		})
	})
	there := map[record.ID]bool{}
	for _, q := range list {
		there[q.ID] = true
		s.queues.Update(q)
		for _, a := range agents[q.ID] {
			s.setAgent(a)
		}
	}
	for _, id := range s.queues.Queues() {
		if !there[id] {
			s.queues.Remove(id)
		}
	}
}

// queueWritten takes over what a change means for queues.
func (s *Server) queueWritten(c store.Change) {
	switch r := c.Record().(type) {
	case *record.Account:
		if c.After == nil { // which stands for all that was below it
			s.loadQueues()
		}
	case *record.CallQueue:
		if c.After == nil {
			s.queues.Remove(r.ID)
			s.queueNews.note(r.Account, r.ID)
			return
		}
		s.queues.Update(r)
		s.setAgents(r.ID, func(record.ID) bool { return true })
	case *record.QueueAgent:
		s.setAgents(r.Queue, func(user record.ID) bool { return user == r.User })
	case *record.User:
		s.queues.Changed(r.Account, r.ID) // it may be about being disturbed
	}
}

// setAgents takes over what agents of a queue have said last. What is gone with the queue,
// or with an agent's place there, is not: whoever still waits is served as before.
func (s *Server) setAgents(queue record.ID, which func(user record.ID) bool) {
	var list []*record.QueueAgent
	s.store.View(func(v *store.View) {
		if q, there := store.Get[*record.CallQueue](v, queue); there {
			for _, m := range q.Members {
				if which(m.User) {
					list = append(list, v.QueueAgent(q, m.User))
				}
			}
		}
	})
	for _, a := range list { // outside of the view: somebody may be rung now
		s.setAgent(a)
	}
}

func (s *Server) setAgent(a *record.QueueAgent) {
	s.queues.SetAgent(a.Queue, a.User, queue.Standing{State: a.State, Reason: a.Reason, Since: a.Since})
}

// QueueState is what a queue is like; ok is false for one nobody knows.
func (s *Server) QueueState(id record.ID) (state queue.State, ok bool) { return s.queues.State(id) }

// queueNews are the queues of which something is new and has not been told.
type queueNews struct {
	wake chan struct{} // capacity 1

	mu   sync.Mutex
	list map[record.ID]record.ID // account by queue
}

// note never waits.
func (n *queueNews) note(account, queue record.ID) {
	n.mu.Lock()
	if n.list == nil {
		n.list = map[record.ID]record.ID{}
	}
	n.list[queue] = account
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *queueNews) take() map[record.ID]record.ID {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.list
	n.list = nil
	return list
}

// tellQueues lets lamps follow who waits in queues, and tells who watches.
func (s *Server) tellQueues(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.queueNews.wake:
		}
		for id, account := range s.queueNews.take() {
			s.showQueue(id)
			if s.queueChanged != nil {
				s.queueChanged(account, id)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(queuePause):
		}
	}
}

// showQueue lights the lamp of a queue for who waits in it.
func (s *Server) showQueue(id record.ID) {
	state, _ := s.queues.State(id)
	dialogs := make([]event.Dialog, 0, len(state.Callers))
	for i := range state.Callers {
		c := &state.Callers[i]
		dialogs = append(dialogs, event.Dialog{
			ID: c.Call, CallID: c.Call, State: event.Early, Number: c.Number, Name: c.Name, Since: c.JoinedAt,
		})
	}
	s.lamps.Show(event.Queue(id), dialogs...)
}
