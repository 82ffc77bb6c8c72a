package call

import (
	"context"

	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// toggleAgent logs the caller in to queues or out of them, or pauses him, and confirms it
// by a tone once it is on disk.
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
		err := c.m.store.Update(ctx, func(tx *store.Tx) error {
			_, err := toggle(tx, f.User, f.Queue, who)
			return err
		})
		return func(c *Call) { c.changed(err) }
	})
}
