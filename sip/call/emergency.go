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
	// Failed is told that a trunk did not take the call, with its status (0: silence);
	// the next is tried.
	Failed(call string, trunk record.ID, status int)
	// Answered is told that a trunk took the call, Ended that it is over.
	Answered(call string, trunk record.ID)
	Ended(call string, r *record.CallRecord)
}

// ringEmergency sends a call for help through trunk after trunk. Nothing here refuses it.
func (c *Call) ringEmergency(l *leg) {
	if l == nil || c.ring != nil {
		return
	}
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

// attempt tells the plan what became of a trunk that was tried.
func (c *Call) attempt(trunk record.ID, status int, answered bool) {
	if !c.emergency {
		return
	}
	c.safely(func() {
		switch p := c.m.config.Emergency; {
		case p == nil:
		case answered:
			p.Answered(c.id, trunk)
		default:
			p.Failed(c.id, trunk, status)
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
