package call

import (
	"context"
	"errors"

	"dialtone/sip/dialog"
	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// feature does what a feature code asks for.
func (c *Call) feature(l *leg) {
	f := c.decision.Feature
	switch f.Name {
	case route.FeaturePickup:
		c.pickUp(l, f)
	case route.FeatureCallReturn:
		c.returnCall(l, f)
	case route.FeatureDNDOn, route.FeatureDNDOff,
		route.FeatureForwardAlwaysOn, route.FeatureForwardAlwaysOff,
		route.FeatureForwardBusyOn, route.FeatureForwardBusyOff,
		route.FeatureForwardNoAnswerOn, route.FeatureForwardNoAnswerOff:
		c.change(f)
	case route.FeatureQueueLogin, route.FeatureQueuePause:
		c.toggleAgent(f)
	default:
		c.end(refusal(480, "Feature Not Available", record.ReasonNotFound))
	}
}

// returnCall calls who called last.
func (c *Call) returnCall(l *leg, f *route.FeatureCall) {
	user := f.User
	c.background(func(context.Context) func(*Call) {
		number := c.lastCaller(user)
		return func(c *Call) { c.callBack(l, number) }
	})
}

func (c *Call) callBack(l *leg, number string) {
	if l.gone {
		return
	}
	if number == "" {
		c.end(refusal(404, "Nobody Called", record.ReasonNotFound))
		return
	}
	asked := askedOf(l, nil)
	c.view(func(d directory) { c.decision = route.Decide(d, asked, number, c.m.now()) })
	c.describe()
	switch c.decision.Kind {
	case route.Ring, route.Trunk:
		c.startRing(l, c.decision, (*Call).answered)
	case route.Queue:
		c.enqueue(l, c.decision)
	case route.Refuse:
		c.end(refused(c.decision.Refusal, record.CallRejected))
	default:
		c.end(refusal(404, "Nobody To Call", record.ReasonNotFound))
	}
}

// change writes a setting of the caller's into the user's record, and confirms it by a
// tone once it is on disk.
func (c *Call) change(f *route.FeatureCall) {
	caller := c.caller.who
	c.background(func(ctx context.Context) func(*Call) {
		ctx, cancel := context.WithTimeout(ctx, storing)
		defer cancel()
		err := c.m.store.Update(ctx, func(tx *store.Tx) error { return apply(tx, f, &caller) })
		return func(c *Call) { c.changed(err) }
	})
}

// apply changes the user as a feature code says; the audit log has it as the device's.
func apply(tx *store.Tx, f *route.FeatureCall, by *person) error {
	u, err := store.Load[*record.User](tx, f.User)
	if err != nil {
		return err
	}
	before := u.Clone().(*record.User)
	switch f.Name {
	case route.FeatureDNDOn, route.FeatureDNDOff:
		u.DoNotDisturb = f.Name == route.FeatureDNDOn
	default:
		if err := forward(u, f); err != nil {
			return err
		}
	}
	if err := tx.Replace(u, 0); err != nil {
		return err
	}
	return tx.Audit(u.Account, record.AuditEntry{
		Event: "user.update", Resource: u.ID, Outcome: record.OutcomeSuccess,
		Actor:   record.Actor{Type: record.ActorDevice, ID: by.device, Name: by.aor},
		Changes: changes(before, u), Detail: "feature code " + f.Name,
	})
}

// errNoDestination says that a forward was switched on that never had a destination.
var errNoDestination = errors.New("the forward has no destination")

// forward switches one of a user's forwards on or off.
func forward(u *record.User, f *route.FeatureCall) error {
	fw := &u.Forwarding
	rule, on := map[string]**record.ForwardRule{
		route.FeatureForwardAlwaysOn: &fw.Always, route.FeatureForwardAlwaysOff: &fw.Always,
		route.FeatureForwardBusyOn: &fw.Busy, route.FeatureForwardBusyOff: &fw.Busy,
		route.FeatureForwardNoAnswerOn: &fw.NoAnswer, route.FeatureForwardNoAnswerOff: &fw.NoAnswer,
	}[f.Name], f.Name == route.FeatureForwardAlwaysOn || f.Name == route.FeatureForwardBusyOn || f.Name == route.FeatureForwardNoAnswerOn
	if *rule == nil {
		if !on {
			return nil
		}
		*rule = &record.ForwardRule{}
	}
	(*rule).Enabled = on
	if on && f.Argument != "" {
		(*rule).Destination = f.Argument
	}
	if on && (*rule).Destination == "" {
		return errNoDestination
	}
	return nil
}

// changes are the fields a feature code may change, before and after.
func changes(before, after *record.User) []record.FieldChange {
	var list []record.FieldChange
	if before.DoNotDisturb != after.DoNotDisturb {
		list = append(list, record.FieldChange{Field: "do_not_disturb", Before: before.DoNotDisturb, After: after.DoNotDisturb})
	}
	for _, p := range []struct {
		field  string
		of, is *record.ForwardRule
	}{
		{"forwarding.always", before.Forwarding.Always, after.Forwarding.Always},
		{"forwarding.busy", before.Forwarding.Busy, after.Forwarding.Busy},
		{"forwarding.no_answer", before.Forwarding.NoAnswer, after.Forwarding.NoAnswer},
	} {
		if (p.of == nil) != (p.is == nil) || p.of != nil && *p.of != *p.is {
			list = append(list, record.FieldChange{Field: p.field, Before: p.of, After: p.is})
		}
	}
	return list
}

// changed lets the caller hear what became of it.
func (c *Call) changed(err error) {
	if c.caller == nil {
		return
	}
	if err != nil {
		c.log.Info("feature code failed", "err", err)
		c.end(refusal(480, "Not Changed", record.ReasonInternalError))
		return
	}
	c.confirmByTone(c.caller)
}

// confirmByTone answers a caller, plays a short tone and hangs up.
func (c *Call) confirmByTone(l *leg) {
	if err := c.answerAlone(l); err != nil {
		c.end(mediaRefusal(err))
		return
	}
	c.played = func(c *Call) { c.end(endFeature) }
	l.media.Play(confirmation())
	c.after(confirmationTime, func(c *Call) { c.end(endFeature) })
}

// intercom are the header fields that make a phone answer by itself, if the caller asked
// for that: the key of an intercom sends them.
func intercom(from *leg) []dialog.Header {
	if from.dialogue == nil || !from.Incoming() || from.answered || from.who.trunk != "" || !asksIntercom(from) {
		return nil
	}
	return []dialog.Header{
		{Name: "Alert-Info", Value: "<http://127.0.0.1/>;info=alert-autoanswer"},
		{Name: "Call-Info", Value: "<sip:" + bracketed(from.Flow().Host) + ">;answer-after=0"},
	}
}
