package call

import (
	"fmt"

	"dialtone/sip/dialog"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// EmergencyPlan prepares emergency calls: it knows where the caller is and who must be
// told. None of its methods may wait, and a panic of theirs does not stop the call.
type EmergencyPlan interface {
	// Began is told of an emergency call before its first INVITE leaves; aor is the
	// caller's, user@domain.
	Began(call string, d *route.Decision, aor string)
	// Location is what goes into the INVITE to a trunk. refused says that the trunk has
	// refused a location: nothing of it is sent now.
	Location(call string, way *route.Way, trunk *record.ProviderAccount, refused bool) ([]dialog.Header, []dialog.Part)
	// Sent is told that an INVITE has left.
	Sent(call string)
	// Failed is told that a trunk did not take the call, with its status (0: silence);
	// the next is tried.
	Failed(call string, trunk record.ID, status int)
	// Answered is told that a trunk took the call, NotConnected that none did, Ended that
	// it is over.
	Answered(call string, trunk record.ID)
	NotConnected(call string)
	Ended(call string, r *record.CallRecord)
	// Window is the callback window that is open for a number, E.164, of an account;
	// CalledBack is told of a call to it.
	Window(account record.ID, number string) (route.Window, bool)
	CalledBack(call string, d *route.Decision)
}

// plan tells the plan something, whatever comes of that.
func (c *Call) plan(do func(p EmergencyPlan)) {
	c.safely(func() {
		if p := c.m.config.Emergency; p != nil {
			do(p)
		}
	})
}

// ringEmergency sends a call for help through trunk after trunk. Nothing here refuses it.
func (c *Call) ringEmergency(l *leg) {
	if l == nil || c.ring != nil {
		return
	}
	c.began(&c.decision, l)
	c.startRing(l, emergencyPlan(c.decision), (*Call).answered)
}

// began makes the call one for help.
func (c *Call) began(d *route.Decision, by *leg) {
	c.emergency = true
	c.urgent.Store(true)
	c.plan(func(p EmergencyPlan) { p.Began(c.id, d, by.who.aor) })
}

// emergencyPlan is an emergency decision as a plan of one target outside.
func emergencyPlan(d route.Decision) route.Decision {
	d.Plan = &route.Plan{Stages: []route.Stage{{
		Targets: []route.Target{{Outside: d.Emergency.Number, Ways: d.Emergency.Ways}},
		Timeout: emergencyRing,
	}}}
	return d
}

// locate adds to an INVITE that it is a call for help (RFC 3261 section 20.26), and where the
// caller is.
func (c *Call) locate(out *dialog.Outgoing, o *outside) {
	out.Headers = append(out.Headers, dialog.Header{Name: "Priority", Value: "emergency"})
	c.plan(func(p EmergencyPlan) {
		h, parts := p.Location(c.id, &o.ways[o.way], o.record, o.plain)
		out.Headers, out.Parts = append(out.Headers, h...), parts
	})
}

// unproductive gives up an address that has an emergency call and lets it ring nowhere, perhaps
// because what it answered could not be read: at once where there is another to try, else
// when it has had the time any trunk has.
func (c *Call) unproductive(b *branch, l *leg) {
	o := b.outside
	if b.over || b.leg != l || l.gone || b.rang {
		return
	}
	if o.last() && !o.waited {
		o.waited = true
		o.progress = c.after(trunkRing-emergencyProgress, func(c *Call) { c.unproductive(b, l) })
		return
	}
	c.hangup(l, dialog.Cause{Status: 408, Text: "No progress"})
	c.branchFailed(b, dialog.Failed{Status: 408, Timeout: true})
}

// sent tells the plan that an INVITE has left.
func (c *Call) sent() {
	if c.emergency {
		c.plan(func(p EmergencyPlan) { p.Sent(c.id) })
	}
}

// attempt tells the plan what became of a trunk that was tried.
func (c *Call) attempt(trunk record.ID, status int, answered bool) {
	if !c.emergency {
		return
	}
	c.plan(func(p EmergencyPlan) {
		if answered {
			p.Answered(c.id, trunk)
		} else {
			p.Failed(c.id, trunk, status)
		}
	})
}

// notConnected tells the plan that no trunk took a call that goes on without.
func (c *Call) notConnected() {
	if c.emergency {
		c.plan(func(p EmergencyPlan) { p.NotConnected(c.id) })
	}
}

// protected says whether the call is one that nothing of ours may refuse or end: for help, or
// back to somebody who called for it.
func (c *Call) protected() bool { return c.emergency || c.decision.Window != nil }

// ringOn gives up the addresses whose INVITE a fault of ours has kept from leaving, so that
// the next are tried.
func (c *Call) ringOn(r *ring) {
	for _, b := range r.branches {
		l := b.leg
		if b.over || b.outside == nil || l == nil || l.dialogue != nil {
			continue
		}
		c.post(func(c *Call) {
			if c.ring == r && b.leg == l && !b.over {
				c.remove(l)
				c.branchFailed(b, dialog.Failed{Status: 503, Unreachable: true})
			}
		})
	}
}

// guarded does what a call for help can do without: there a fault is an error like others.
func (c *Call) guarded(do func() error) (err error) {
	if c.emergency {
		defer func() {
			if r := recover(); r != nil {
				c.fault(r)
				err = fmt.Errorf("fault in media: %v", r)
			}
		}()
	}
	return do()
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
