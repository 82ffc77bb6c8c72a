package route

import (
	"slices"
	"strings"
	"time"

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

// CallBack calls somebody who has left a queue to be called back. He sees a number of the account's, by its identifier,
// where calls may show it, and the call prefers that number's trunk; else it is a call of the agent's.
func CallBack(dir Directory, c Caller, dialled string, shown record.ID, now time.Time) Decision {
	d := Decide(dir, c, dialled, now)
	r := router{dir: dir, now: now, account: dir.Account(d.Account), d: d}
	n := r.showable(shown)
	if n == nil || d.Kind != Trunk {
		return d
	}
	ways := d.Plan.Stages[0].Targets[0].Ways
	for i := range ways {
		if t := dir.ProviderAccount(ways[i].Trunk); t != nil {
			ways[i].Shown = r.show(n, t)
		}
	}
	own := func(w Way) bool { return w.Trunk == n.ProviderAccount }
	if i := slices.IndexFunc(ways, own); i > 0 {
		first := ways[i]
		copy(ways[1:i+1], ways[:i])
		ways[0] = first
	}
	return d
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
