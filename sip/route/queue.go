package route

import (
	"strings"

	"dialtone/store/record"
)

// The features of queue agents: keys of Account.FeatureCodes. With an extension of a queue
// behind the code they are about that queue, else about all queues of the caller's. With
// "*" and an extension of a user behind that they are what a key for that agent dials:
// the agent's own phone changes his state, another calls him.
const (
	FeatureQueueLogin = "queue_login"
	FeatureQueuePause = "queue_pause"
)

// queue lets the call wait in a queue.
func (r *router) queue(q *record.CallQueue) {
	if !r.visit(q.ID) {
		return
	}
	r.d.Kind, r.d.Queue = Queue, q.ID
}

// queueArgument says whether an argument is nothing, or digits and perhaps "*" and digits.
func queueArgument(s string) bool {
	queue, user, keyed := strings.Cut(s, "*")
	return strings.Trim(queue+user, "0123456789") == "" && (!keyed || queue != "" && user != "")
}

// queueCode is a code of a queue's agent.
func (r *router) queueCode(f FeatureCall) {
	digits, user, keyed := strings.Cut(f.Argument, "*")
	if digits != "" {
		e := r.dir.Extension(r.d.Account, digits)
		if e == nil || e.Status != record.Active || e.Target.Type != record.TargetCallQueue {
			r.refuse(refusedNotFound)
			return
		}
		f.Queue = e.Target.ID
	}
	if keyed && !r.calls(user) {
		r.call(user)
		return
	}
	r.setting(f)
}

// calls says whether an extension is the caller's own.
func (r *router) calls(digits string) bool {
	e := r.dir.Extension(r.d.Account, digits)
	return e != nil && e.Target.Type == record.TargetUser && e.Target.ID == r.d.From.User
}

// agents adds the lines that may ring for a queue's callers.
func (r *router) agents(queue record.ID, targets []Target) []Target {
	q := r.dir.CallQueue(queue)
	if q == nil {
		return targets
	}
	for _, m := range q.Members {
		if u := r.dir.User(m.User); u != nil {
			targets, _ = r.userLines(u, targets)
		}
	}
	return targets
}
