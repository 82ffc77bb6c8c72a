package record

import "time"

// States of a queue's agent. One who has none written is available: members of a queue are
// rung until they say otherwise.
const (
	AgentAvailable = "available"
	AgentPaused    = "paused"
	AgentLoggedOut = "logged_out"
)

// AgentStates lists them.
func AgentStates() []string { return []string{AgentAvailable, AgentPaused, AgentLoggedOut} }

// MaxPauseReason bounds why an agent is paused, in characters.
const MaxPauseReason = 100

// QueueAgent is whether an agent takes calls of one queue. It is a live fact that must
// survive: no configuration depends on it.
type QueueAgent struct {
	Meta
	Queue      ID        `json:"queue" doc:"The queue."`
	User       ID        `json:"user" doc:"The agent."`
	State      string    `json:"state" doc:"available, paused or logged_out."`
	Reason     string    `json:"reason" doc:"Why the agent is paused."`
	Since      time.Time `json:"since,omitzero" doc:"When the state began; absent for one that has never changed."`
	LoggedInAt time.Time `json:"logged_in_at,omitzero" doc:"When the agent logged in; absent when logged out."`
}

// NewQueueAgent is what a queue's member is before anything was said: available.
func NewQueueAgent(q *CallQueue, user ID) *QueueAgent {
	a := &QueueAgent{Queue: q.ID, User: user, State: AgentAvailable}
	a.Account = q.Account
	return a
}

// Kind names agents' states.
func (a *QueueAgent) Kind() Kind { return KindQueueAgent }

// Unique is the user within the queue.
func (a *QueueAgent) Unique() []Unique {
	return []Unique{QueueAgentKey(a.Queue, a.User)}
}

// QueueAgentKey is the unique value of a user's state in a queue.
func QueueAgentKey(queue, user ID) Unique {
	return Unique{Field: "user", Space: "queue_agent/" + string(queue), Value: string(user)}
}

// References is the queue and the user; the state goes with either.
func (a *QueueAgent) References() []Reference {
	var r refs
	r.own("queue", KindCallQueue, a.Queue)
	r.own("user", KindUser, a.User)
	return r
}

// Clone is a deep copy.
func (a *QueueAgent) Clone() Record { return deepCopy(a) }

// Validate checks the state alone.
func (a *QueueAgent) Validate() error {
	var p Problems
	p.oneOf("state", a.State, AgentStates()...)
	p.text("reason", &a.Reason, MaxPauseReason)
	if a.Reason != "" && a.State != AgentPaused {
		p.Add("reason", CodeInvalid, "is only for paused agents")
	}
	return p.Err()
}
