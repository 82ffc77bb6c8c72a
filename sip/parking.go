package sip

import (
	"dialtone/sip/call"
	"dialtone/sip/event"
	"dialtone/store/record"
)

// slotChanged shows what a park slot is like to who watches it.
func (s *Server) slotChanged(e *call.Event) {
	l := &e.Dialog
	s.lamps.Publish(event.Dialog{
		ID: l.ID, CallID: l.CallID, State: event.State(l.State), Number: l.Number, Name: l.Name, Since: l.Since,
	}, event.Park(e.Account, e.Parked.Slot))
}

// ParkedCalls lists the calls that wait in an account's slots, the lowest slot first.
func (s *Server) ParkedCalls(account record.ID) []call.Parked { return s.slots.Parked(account) }

// HangupParked ends the call in a slot of an account and tells whether there was one.
func (s *Server) HangupParked(account record.ID, slot int) bool {
	return s.calls.HangupParked(account, slot)
}
