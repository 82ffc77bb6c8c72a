package event

import (
	"strings"

	"dialtone/store"
	"dialtone/store/record"
)

// Queue is who waits in a call queue: its lamp blinks while somebody does.
func Queue(id record.ID) Source { return Source("queue:" + string(id)) }

// agentSource names an agent of a queue, who has no dialogs.
func agentSource(queue, user record.ID) Source {
	return Source("agent:" + string(queue) + ":" + string(user))
}

// dialledAgent is the agent of a queue a name stands for: the account's code for logging
// in with the queue's extension behind it, "*" and the user's. The lamp is lit while the
// agent is available, blinks during a pause and is dark when he has logged out.
func dialledAgent(v *store.View, a *record.Account, name string) (res Resource, ok bool) {
	code := a.FeatureCodes["queue_login"]
	rest, found := strings.CutPrefix(name, code)
	if !found || code == "" {
		return res, false
	}
	digits, agent, _ := strings.Cut(rest, "*")
	of, leads := v.ExtensionByNumber(a.ID, digits)
	who, named := v.ExtensionByNumber(a.ID, agent)
	if !leads || !named || who.Target.Type != record.TargetUser {
		return res, false
	}
	q, found := store.Get[*record.CallQueue](v, of.Target.ID)
	u, known := store.Get[*record.User](v, who.Target.ID)
	if !found || !known || q.Member(u.ID) == nil {
		return res, false
	}
	states := map[string]State{
		record.AgentAvailable: Confirmed, record.AgentPaused: Early, record.AgentLoggedOut: Terminated,
	}
	return Resource{
		Sources: []Source{agentSource(q.ID, u.ID)}, Name: u.Name, Standing: states[v.QueueAgent(q, u.ID).State],
	}, true
}
