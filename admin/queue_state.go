package admin

import (
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// Queues tells what goes on in call queues.
type Queues interface {
	// Queue is who waits in a queue now, who is next first, and what its agents do, by
	// user: one who is not there is idle.
	Queue(queue record.ID) ([]QueueCaller, map[record.ID]AgentActivity)
}

// Activities of a queue's agent.
const (
	AgentIdle    = "idle"
	AgentRinging = "ringing"
	AgentTalking = "talking" // to a caller of a queue
	AgentInUse   = "in_use"
	AgentWrapUp  = "wrap_up"
)

// QueueCaller is one who waits.
type QueueCaller struct {
	Position   int         `json:"position" doc:"Place, 1 for who is next."`
	Call       string      `json:"call" doc:"Identifier of the call, as among the active calls."`
	Caller     string      `json:"caller" doc:"Extension or number of who waits; empty when withheld."`
	CallerName string      `json:"caller_name" doc:"Name shown of who waits."`
	JoinedAt   time.Time   `json:"joined_at" doc:"Since when."`
	Ringing    []record.ID `json:"ringing" doc:"The agents who are being rung, by user."`
	Callback   bool        `json:"callback" doc:"Whether the caller has hung up and is to be called back."`
}

// AgentActivity is what an agent does.
type AgentActivity struct {
	Activity    string    `json:"activity" doc:"idle, ringing, talking to a caller of a queue, in_use otherwise, or wrap_up."`
	Calls       int       `json:"calls" doc:"Calls taken from this queue since the daemon started."`
	LastCallAt  time.Time `json:"last_call_at,omitzero" doc:"When the last of them ended."`
	WrapUpUntil time.Time `json:"wrap_up_until,omitzero" doc:"When the agent can be rung again."`
}

// QueueAgentState is an agent of a queue.
type QueueAgentState struct {
	User       record.ID `json:"user" doc:"The user."`
	Name       string    `json:"name" doc:"Name of the user."`
	Penalty    int       `json:"penalty" doc:"As the queue's members have it."`
	State      string    `json:"state" doc:"available, paused or logged_out."`
	Reason     string    `json:"reason" doc:"Why the agent is paused."`
	Since      time.Time `json:"since,omitzero" doc:"When the state began; absent for one that has never changed."`
	LoggedInAt time.Time `json:"logged_in_at,omitzero" doc:"When the agent logged in, if ever."`
	AgentActivity
}

// QueueState is what a queue is like now. It is the data of the event queue.changed too:
// a client that takes the last one of each queue after a snapshot knows all of them.
type QueueState struct {
	Queue   record.ID         `json:"queue" doc:"The queue."`
	Name    string            `json:"name" doc:"Name of the queue."`
	Waiting int               `json:"waiting" doc:"How many wait."`
	Callers []QueueCaller     `json:"callers" doc:"Who waits, who is next first; in events the first 100."`
	Agents  []QueueAgentState `json:"agents" doc:"The agents, in order."`
}

// EventQueue is sent on the stream of events when a queue changes, EventQueueRemoved when
// it is gone: its data has the identifier alone.
const (
	EventQueue        = "queue.changed"
	EventQueueRemoved = "queue.removed"
)

// maxEventCallers bounds the callers an event tells of.
const maxEventCallers = 100

// liveQueue is what goes on in a queue. It is asked for outside of a view of the store:
// whoever tells may look there too.
type liveQueue struct {
	callers []QueueCaller
	doing   map[record.ID]AgentActivity
}

// liveIn is what goes on in a queue; nothing without the live part.
func liveIn(queues Queues, queue record.ID) (l liveQueue) {
	if queues != nil {
		l.callers, l.doing = queues.Queue(queue)
	}
	return l
}

// queueState is what a queue is like.
func queueState(v *store.View, q *record.CallQueue, live liveQueue) QueueState {
	s := QueueState{Queue: q.ID, Name: q.Name, Waiting: len(live.callers), Callers: live.callers}
	for _, m := range q.Members {
		s.Agents = append(s.Agents, agentState(v, q, m, live.doing))
	}
	return s
}

func agentState(v *store.View, q *record.CallQueue, m record.QueueMember, doing map[record.ID]AgentActivity) QueueAgentState {
	is := v.QueueAgent(q, m.User)
	a := QueueAgentState{
		User: m.User, Penalty: m.Penalty, State: is.State, Reason: is.Reason, Since: is.Since, LoggedInAt: is.LoggedInAt,
		AgentActivity: AgentActivity{Activity: AgentIdle},
	}
	if u, found := store.Get[*record.User](v, m.User); found {
		a.Name = u.Name
	}
	if does, known := doing[m.User]; known {
		a.AgentActivity = does
	}
	return a
}

// queueStates are those of all queues of an account, as events have them.
func queueStates(s *store.Store, queues Queues, account record.ID) []QueueState {
	var records []*record.CallQueue
	s.View(func(v *store.View) {
		store.Each(v, account, func(q *record.CallQueue) bool { records = append(records, q); return true })
	})
	list := make([]QueueState, len(records))
	for i, q := range records {
		live := liveIn(queues, q.ID)
		s.View(func(v *store.View) { list[i] = shortened(queueState(v, q, live)) })
	}
	return list
}

// shortened is a state as an event has it.
func shortened(s QueueState) QueueState {
	s.Callers = s.Callers[:min(len(s.Callers), maxEventCallers)]
	return s
}

// QueueEvent is the event that tells what a queue is like now.
func QueueEvent(s *store.Store, queues Queues, queue record.ID) Event {
	e := Event{Type: EventQueueRemoved, Data: QueueState{Queue: queue}}
	live := liveIn(queues, queue)
	s.View(func(v *store.View) {
		if q, there := store.Get[*record.CallQueue](v, queue); there {
			e = Event{Type: EventQueue, Data: shortened(queueState(v, q, live))}
		}
	})
	return e
}

// queueState is what the queue the path names is like.
func (c *call) queueState() (*QueueState, error) {
	q, err := c.callQueue()
	if err != nil {
		return nil, err
	}
	var s QueueState
	live := liveIn(c.server.Queues, q.ID)
	c.view(func(v *store.View) { s = queueState(v, q, live) })
	return &s, nil
}

func handleQueueState(c *call) (*answer, error) {
	s, err := c.queueState()
	if err != nil {
		return nil, err
	}
	return ok(s), nil
}
