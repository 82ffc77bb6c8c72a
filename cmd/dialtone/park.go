package main

import (
	"dialtone/admin"
	"dialtone/sip/call"
	"dialtone/store/record"
)

// Parked lists the calls that are parked.
func (l *live) Parked(account record.ID) []admin.ParkedCall {
	parked := l.d.edge.ParkedCalls(account)
	list := make([]admin.ParkedCall, 0, len(parked))
	for i := range parked {
		list = append(list, parkedCall(&parked[i]))
	}
	return list
}

// HangupParked ends the call in a slot.
func (l *live) HangupParked(account record.ID, slot int) bool {
	return l.d.edge.HangupParked(account, slot)
}

// parkedCall is a parked call as the administration shows it.
func parkedCall(p *call.Parked) admin.ParkedCall {
	return admin.ParkedCall{
		Slot: p.Slot, Call: p.Call, Caller: p.Number, CallerName: p.Name,
		ParkedBy: p.By.User, ParkedByDevice: p.By.Device, ParkedByExtension: p.By.Number, ParkedByName: p.By.Name,
		RetrievedBy: p.Taker.User, RetrievedByExtension: p.Taker.Number,
		Status: string(p.State), ParkedAt: p.At, RingsBackAt: p.RingsBack,
	}
}

// slotChanged tells who watches what a slot is like now.
func (d *daemon) slotChanged(account record.ID, p *call.Parked) {
	slot := admin.ParkSlot{Slot: p.Slot}
	if p.State != call.ParkLeft {
		waits := parkedCall(p)
		slot.ParkedCall = &waits
	}
	d.hub.Publish(account, admin.Event{Type: admin.EventParkSlot, Data: slot})
}
