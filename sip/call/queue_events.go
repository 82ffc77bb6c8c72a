package call

import (
	"time"

	"dialtone/store/record"
)

// Events about callers in queues: also the names webhooks know them by.
const (
	EventQueueJoined         EventKind = "call.queue.joined"
	EventQueueAnswered       EventKind = "call.queue.answered"
	EventQueueAbandoned      EventKind = "call.queue.abandoned"
	EventQueueOverflowed     EventKind = "call.queue.overflowed"
	EventQueueCallback       EventKind = "call.queue.callback_requested"
	EventQueueCalledBack     EventKind = "call.queue.callback_answered"
	EventQueueCallbackFailed EventKind = "call.queue.callback_failed"
)

// Queued is a caller in a queue as those are told who watch.
type Queued struct {
	Account, Queue record.ID
	Name           string // of the queue
	Call           string
	// Number and CallerName are those of who waits; empty when withheld.
	Number, CallerName string
	JoinedAt           time.Time
	Wait               time.Duration // until now
	Position           int           // 0 for one who waits no longer
	Agent              record.ID     // who took him
	Reason             string        // of an overflow
}

// notifyQueue tells of who waits in a queue, or does no longer; won has taken him.
func (c *Call) notifyQueue(kind EventKind, w *queueing, won *leg) {
	q := &Queued{
		Account: w.queue.Account, Queue: w.queue.ID, Name: w.queue.Name, Call: c.id, JoinedAt: w.joined,
		Wait: c.m.now().Sub(w.joined), Position: c.m.config.Queues.Position(w.ticket),
	}
	if !w.of.who.private {
		q.Number, q.CallerName = w.of.who.number, w.of.who.name
	}
	if n := len(c.record.Queues); n > 0 && kind == EventQueueOverflowed {
		q.Reason = c.record.Queues[n-1].Reason
	}
	if won != nil {
		q.Agent, q.Position = won.who.user, 0
	}
	c.tellQueue(kind, q)
}

func (c *Call) tellQueue(kind EventKind, q *Queued) {
	c.publish()
	q.Call = c.id
	c.m.tellQueue(kind, q)
}

func (m *Manager) tellQueue(kind EventKind, q *Queued) {
	m.tell(Event{Kind: kind, Account: q.Account, Call: q.Call, Queued: q})
}

// told is who is to be called back, for those who watch.
func (b *callback) told(m *Manager, agent record.ID) *Queued {
	return &Queued{
		Account: b.queue.Account, Queue: b.queue.ID, Name: b.queue.Name, JoinedAt: b.joined, Wait: m.now().Sub(b.joined),
		Number: b.who.number, CallerName: b.who.name, Agent: agent,
	}
}
