package layout

import (
	"cmp"

	"dialtone/store/record"
)

// queue resolves a key that shows a queue or one of its agents. The depth of a queue is the lamp of its extension. An
// agent's is that of the code which logs him in, with both extensions behind it: pressed on his own phone it does so.
func (j *judge) queue(k *Key, t *record.ButtonTarget) {
	q, ok := j.dir.Queue(t.Queue)
	if !ok {
		k.refuse("the queue does not exist any more")
		return
	}
	label := q.Name
	agent, known := j.dir.User(cmp.Or(t.User, j.in.owner()))
	if t.User != "" && known {
		label += " " + agent.Name
	}
	k.Label = cmp.Or(k.Label, label)
	e, ok := j.dir.QueueExtension(t.Queue)
	if !ok {
		k.refuse("no active extension leads to %s", q.Name)
		return
	}
	k.Value = e.Number
	if k.Type == record.ButtonQueueAgent {
		j.agent(k, q, cmp.Or(t.User, j.in.owner()))
	}
}

// agent puts the code before the queue's extension and the agent's behind.
func (j *judge) agent(k *Key, q *record.CallQueue, user record.ID) {
	u, known := j.dir.User(user)
	switch {
	case !known:
		k.refuse("the user does not exist any more")
		return
	case q.Member(user) == nil:
		k.refuse("%s is no agent of %s", u.Name, q.Name)
		return
	case j.in.AgentCode == "":
		k.refuse("the account has no feature code for agents of queues")
		return
	}
	e, ok := j.dir.ExtensionOf(user)
	if !ok {
		k.refuse("%s has no active extension", u.Name)
		return
	}
	k.Value = j.in.AgentCode + k.Value + "*" + e.Number
}
