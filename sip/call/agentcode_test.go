package call

import (
	"testing"

	"dialtone/store"
	"dialtone/store/record"
)

// The codes of queue agents change what they stand for, and say by a tone that it is kept;
// who is no agent hears that nothing was.
func TestAgentCodes(t *testing.T) {
	p := newPBX(t)
	ann := p.phone("ann")
	q := record.NewCallQueue()
	q.Account, q.Name, q.Members = p.account, "Support", []record.QueueMember{{User: p.users["ann"].ID}}
	if err := p.records.store.Update(t.Context(), func(tx *store.Tx) error { return tx.Create(q) }); err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct{ dialled, want string }{
		{"*46", record.AgentPaused}, {"*46", record.AgentAvailable}, {"*45", record.AgentLoggedOut}, {"*45", record.AgentAvailable},
	} {
		a := ann.Dial(t, step.dialled)
		a.Await(t, 200)
		a.AwaitRequest(t, "BYE")
		state := ""
		p.records.store.View(func(v *store.View) { state = v.QueueAgent(q, p.users["ann"].ID).State })
		if state != step.want {
			t.Errorf("after %s the agent is %s, want %s", step.dialled, state, step.want)
		}
		p.record(t, i)
	}
	p.phone("cid").Dial(t, "*45").Await(t, 480)
	page, err := p.records.store.AuditEntries(store.AuditQuery{Account: p.account, Events: []string{store.EventQueueAgentUpdate}})
	if err != nil || len(page.Items) != 4 || page.Items[0].Actor.Type != record.ActorDevice || page.Items[0].Resource != q.ID {
		t.Errorf("audit log %v %+v", err, page)
	}
	p.quiet()
}
