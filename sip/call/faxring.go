package call

import (
	"context"

	"dialtone/fax"
	"dialtone/sip/route"
	"dialtone/sip/sdp"
	"dialtone/store/record"
)

// faxAlone is the fax a party offers without any speech beside it; nil for any other offer.
// Who offers both is called with speech, and asks for the fax when there is one.
func faxAlone(from stream) *sdp.T38 {
	if offered, ok := from.OfferedT38(); ok && len(from.Codecs()) == 0 {
		return &offered
	}
	return nil
}

// ringFrom rings for a new caller. One who offers a fax alone is rung for once it counts.
func (c *Call) ringFrom(l *leg) {
	if l.media == nil || faxAlone(l.media) == nil {
		c.startRing(l, c.decision, (*Call).answered)
		return
	}
	c.passage.fax = true
	direction, limited := c.faxDirection()
	if !limited {
		c.startRing(l, c.decision, (*Call).answered)
		return
	}
	faxes, account := c.m.config.Faxes, c.decision.Account
	c.background(func(ctx context.Context) func(*Call) {
		ctx = context.WithoutCancel(ctx) // what is on disk counts, also for a caller who gives up meanwhile
		admission, err := faxes.Admit(ctx, account, direction, c.id)
		if err != nil {
			return func(c *Call) { c.end(faxRefusal(err)) }
		}
		c.deliver(func(c *Call) { c.faxAdmitted(l, admission) }, func() { c.refund(ctx, admission) })
		return nil
	})
}

// faxAdmitted rings for a fax that counts.
func (c *Call) faxAdmitted(l *leg, admission *fax.Admission) {
	c.passage.admission = admission
	c.startRing(l, c.decision, (*Call).answered)
}

// faxDirection is the limit a fax of the call counts against; none for one inside the
// account, nor for whoever calls for help or is called back.
func (c *Call) faxDirection() (d fax.Direction, limited bool) {
	if c.m.config.Faxes == nil || c.protected() {
		return "", false
	}
	switch c.decision.Direction {
	case record.CallInbound:
		return fax.Inbound, true
	case record.CallOutbound:
		return fax.Outbound, true
	}
	return "", false
}

// refundFax gives back the place of a fax that nobody answered, unless the other side was
// there and did not want it.
func (c *Call) refundFax(o outcome) {
	admission := c.passage.admission
	if admission == nil {
		return
	}
	c.passage.admission = nil
	if !c.record.AnsweredAt.IsZero() || o.result == record.CallBusy || o.result == record.CallDeclined {
		return
	}
	c.background(func(ctx context.Context) func(*Call) {
		c.refund(context.WithoutCancel(ctx), admission)
		return nil
	})
}

func (c *Call) refund(ctx context.Context, admission *fax.Admission) {
	if err := admission.Refund(ctx); err != nil {
		c.log.Error("fax still counts", "err", err)
	}
}

// takesT38 says whether a leg may be offered faxes over T.38: a trunk may not where the
// account says so.
func (c *Call) takesT38(l *leg) (takes bool) {
	if l.who.trunk == "" {
		return true
	}
	c.view(func(d directory) {
		p := d.ProviderAccount(l.who.trunk)
		takes = p == nil || p.Trunk.T38
	})
	return takes
}

// showsNumber is the account's number a call by a trunk shows, empty without one.
func showsNumber(d *route.Decision, trunk record.ID) record.ID {
	if d.Plan == nil {
		return ""
	}
	for _, stage := range d.Plan.Stages {
		for _, t := range stage.Targets {
			for i := range t.Ways {
				if t.Ways[i].Trunk == trunk {
					return t.Ways[i].Shown.Own
				}
			}
		}
	}
	return ""
}
