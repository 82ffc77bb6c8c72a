package main

import (
	"time"

	"dialtone/admin"
	"dialtone/sip/call"
	"dialtone/store/record"
)

// Queue is who waits in a queue and what its agents do.
func (l *live) Queue(queue record.ID) ([]admin.QueueCaller, map[record.ID]admin.AgentActivity) {
	state, _ := l.d.edge.QueueState(queue)
	callers := make([]admin.QueueCaller, 0, len(state.Callers))
	for i := range state.Callers {
		c := &state.Callers[i]
		callers = append(callers, admin.QueueCaller{
			Position: c.Position, Call: c.Call, Caller: c.Number, CallerName: c.Name, JoinedAt: c.JoinedAt, Ringing: c.Ringing,
			Callback: c.Callback,
		})
	}
	agents := make(map[record.ID]admin.AgentActivity, len(state.Agents))
	for i := range state.Agents {
		a := &state.Agents[i]
		agents[a.User] = admin.AgentActivity{Activity: a.Activity, Calls: a.Calls, LastCallAt: a.LastCall, WrapUpUntil: a.WrapUpUntil}
	}
	return callers, agents
}

// queueChanged tells who watches what a queue is like now.
func (d *daemon) queueChanged(account, queue record.ID) {
	if d.hub.Watched(account) {
		d.hub.Publish(account, admin.QueueEvent(d.store, &live{d}, queue))
	}
}

// queued is a caller in a queue as events about him tell.
type queued struct {
	Queue       record.ID `json:"queue"`
	Name        string    `json:"name"`
	Call        string    `json:"call"`
	Caller      string    `json:"caller"`
	CallerName  string    `json:"caller_name"`
	JoinedAt    time.Time `json:"joined_at"`
	WaitSeconds int       `json:"wait_seconds"`
	Position    int       `json:"position,omitempty"` // 0 for one who waits no longer
	Agent       record.ID `json:"agent,omitempty"`
	Reason      string    `json:"reason,omitempty"`
}

func queuedCaller(q *call.Queued) queued {
	return queued{
		Queue: q.Queue, Name: q.Name, Call: q.Call, Caller: q.Number, CallerName: q.CallerName,
		JoinedAt: q.JoinedAt, WaitSeconds: int(q.Wait.Seconds()),
		Position: q.Position, Agent: q.Agent, Reason: q.Reason,
	}
}
