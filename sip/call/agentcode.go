package call

import (
	"context"

	"dialtone/internal/audio/prompt"
	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// toggleAgent logs the caller in to queues or out of them, or pauses him, and tells him so
// once it is on disk.
func (c *Call) toggleAgent(f *route.FeatureCall) {
	caller := c.caller.who
	who := record.AuditEntry{
		Actor:  record.Actor{Type: record.ActorDevice, ID: caller.device, Name: caller.aor},
		Detail: "feature code " + f.Name,
	}
	toggle := (*store.Tx).ToggleQueueLogin
	if f.Name == route.FeatureQueuePause {
		toggle = (*store.Tx).ToggleQueuePause
	}
	c.background(func(ctx context.Context) func(*Call) {
		ctx, cancel := context.WithTimeout(ctx, storing)
		defer cancel()
		state := ""
		err := c.m.store.Update(ctx, func(tx *store.Tx) (err error) {
			state, err = toggle(tx, f.User, f.Queue, who)
			return err
		})
		return func(c *Call) { c.agentToggled(state, err) }
	})
}

// agentToggled says what an agent is now, by a tone where there is no voice.
func (c *Call) agentToggled(state string, err error) {
	word := map[string]prompt.Word{
		record.AgentAvailable: prompt.LoggedIn, record.AgentPaused: prompt.Paused, record.AgentLoggedOut: prompt.LoggedOut,
	}[state]
	l := c.caller
	if err != nil || word == "" || l == nil {
		c.changed(err)
		return
	}
	if err := c.answerAlone(l); err != nil {
		c.end(mediaRefusal(err))
		return
	}
	c.farewell(l, endFeature, word)
}
