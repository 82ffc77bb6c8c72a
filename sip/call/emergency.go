package call

import (
	"dialtone/sip/dialog"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// EmergencyPlan prepares emergency calls: it knows where the caller is and who must be
// told. None of its methods may wait, and a panic of theirs does not stop the call.
type EmergencyPlan interface {
	// Began is told of an emergency call before its first INVITE leaves.
	Began(call string, d *route.Decision)
	// Location is what goes into the INVITE to a trunk.
	Location(call string, trunk *record.ProviderAccount) ([]dialog.Header, []dialog.Part)
	// Ended is told how an attempt or the call came out: the trunk that was tried, its
	// status, and whether that is the end.
	Ended(call string, trunk record.ID, status int, over bool)
}

// ringEmergency sends a call for help through trunk after trunk. Nothing here refuses it.
func (c *Call) ringEmergency(l *leg) {
	c.safely(func() {
		if p := c.m.config.Emergency; p != nil {
			p.Began(c.id, &c.decision)
		}
	})
	c.startRing(l, emergencyPlan(c.decision), (*Call).answered)
}

// emergencyPlan is an emergency decision as a plan of one target outside.
func emergencyPlan(d route.Decision) route.Decision {
	d.Plan = &route.Plan{Stages: []route.Stage{{
		Targets: []route.Target{{Outside: d.Emergency.Number, Ways: d.Emergency.Ways}},
		Timeout: emergencyRing,
	}}}
	return d
}

// locate adds where the caller is to an INVITE.
func (c *Call) locate(out *dialog.Outgoing, t *record.ProviderAccount) {
	c.safely(func() {
		if p := c.m.config.Emergency; p != nil {
			h, parts := p.Location(c.id, t)
			out.Headers, out.Parts = append(out.Headers, h...), parts
		}
	})
}

// safely does what an emergency call must survive.
func (c *Call) safely(do func()) {
	defer func() {
		if r := recover(); r != nil {
			c.m.metrics.panics.Inc()
			c.log.Error("fault in an emergency call", "panic", r)
		}
	}()
	do()
}
