package main

import (
	"dialtone/admin"
	"dialtone/sip/call"
	"dialtone/sip/registrar"
	"dialtone/sip/trunk"
	"dialtone/store/record"
)

// Active lists the calls there are.
func (l *live) Active(account record.ID) []admin.ActiveCall {
	calls := l.d.edge.ActiveCalls(account)
	list := make([]admin.ActiveCall, 0, len(calls))
	for i := range calls {
		list = append(list, activeCall(&calls[i]))
	}
	return list
}

// Hangup ends a call.
func (l *live) Hangup(account record.ID, id string) bool { return l.d.edge.Hangup(account, id) }

// activeCall is a call as the administration shows it.
func activeCall(c *call.Info) admin.ActiveCall {
	a := admin.ActiveCall{
		ID: c.ID, Direction: c.Direction, From: c.From, To: c.To, CallerName: c.CallerName, State: admin.CallRinging,
		StartedAt: c.StartedAt, User: c.User, Device: c.Device, Trunk: c.Trunk, Codec: c.Codec, Recording: c.Recording, Secure: c.Secure,
	}
	if c.AnsweredAt != nil {
		a.AnsweredAt, a.State = *c.AnsweredAt, admin.CallTalking
	}
	switch {
	case c.State == call.StateParked:
		a.State = admin.CallParked
	case c.State == call.StateQueued:
		a.State = admin.CallQueued
	case c.Held:
		a.State = admin.CallHeld
	}
	return a
}

// Status tells how a trunk is.
func (l *live) Status(provider record.ID) (admin.TrunkStatus, bool) {
	s, ok := l.d.edge.TrunkStatus(provider)
	if !ok {
		return admin.TrunkStatus{}, false
	}
	state := map[trunk.State]string{
		trunk.StateOK: admin.TrunkOK, trunk.StateRegistered: admin.TrunkRegistered, trunk.StateDisabled: admin.TrunkDisabled,
		trunk.StateUnreachable: admin.TrunkUnreachable, trunk.StateRegistrationFailed: admin.TrunkUnreachable,
	}[s.State]
	return admin.TrunkStatus{State: state, Reason: s.Reason, Last: s.Since, Calls: s.Channels}, true
}

// news hands what happens to calls to who watches, and to webhooks.
func (d *daemon) news(e call.Event) {
	var data any
	switch {
	case e.Kind == call.EventSlot:
		d.slotChanged(e.Account, e.Parked)
		return
	case e.Parked != nil:
		data = parkedCall(e.Parked)
	case e.Queued != nil:
		data = queuedCaller(e.Queued)
	case e.Record != nil:
		data = e.Record
	case e.Info != nil:
		data = activeCall(e.Info)
	default:
		return
	}
	d.tell(e.Account, string(e.Kind), data)
}

// bound hands what happens to bindings to who watches, and to webhooks.
func (d *daemon) bound(e registrar.Event) {
	kind, ended := "registration.registered", ""
	switch e.Kind {
	case registrar.Expired:
		ended = "expired"
	case registrar.Unregistered:
		ended = "unregistered"
	case registrar.Evicted:
		ended = "evicted"
	}
	if ended != "" {
		kind = "registration.ended"
	}
	b := &e.Binding
	data := map[string]any{
		"aor": "sip:" + b.AOR, "contact": b.Contact, "source": b.Source.String(), "transport": b.Transport.String(),
		"user_agent": b.UserAgent, "registered_at": b.RegisteredAt, "expires_at": b.ExpiresAt,
	}
	if ended != "" {
		data["reason"] = ended
	}
	d.tell(record.ID(b.Account), kind, data)
}

// tell hands an event to who watches, and to webhooks.
func (d *daemon) tell(account record.ID, event string, data any) {
	d.hub.Publish(account, admin.Event{Type: event, Data: data})
	d.outbox.Publish(account, event, data)
}
