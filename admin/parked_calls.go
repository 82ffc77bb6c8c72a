package admin

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// Parking tells which calls are parked now.
type Parking interface {
	// Parked lists an account's parked calls, the lowest slot first.
	Parked(account record.ID) []ParkedCall
	// HangupParked ends the call in a slot and tells whether there was one.
	HangupParked(account record.ID, slot int) bool
}

// States of a parked call.
const (
	ParkParked      = "parked"
	ParkRingingBack = "ringing_back"
)

// ParkedCall is one call that waits in a slot.
type ParkedCall struct {
	Slot              int       `json:"slot" doc:"The slot, 1 to 99."`
	Call              string    `json:"call" doc:"Identifier of the call, as among the active calls."`
	Caller            string    `json:"caller" doc:"Extension or number of who waits; empty when withheld."`
	CallerName        string    `json:"caller_name" doc:"Name shown of who waits."`
	ParkedBy          record.ID `json:"parked_by" doc:"The user who parked it; null for a phone of nobody's."`
	ParkedByDevice    record.ID `json:"parked_by_device" doc:"The device it was parked with."`
	ParkedByExtension string    `json:"parked_by_extension" doc:"Extension of who parked it."`
	ParkedByName      string    `json:"parked_by_name" doc:"Name of who parked it."`
	Status            string    `json:"status" doc:"parked, or ringing_back while its parker or the fallback is rung."`
	ParkedAt          time.Time `json:"parked_at" doc:"When it was parked."`
	RingsBackAt       time.Time `json:"rings_back_at" doc:"When the parker is rung if nobody takes it."`

	// Of the event call.retrieved, whose status is retrieved.
	RetrievedBy          record.ID `json:"retrieved_by,omitempty" doc:"In events: the user who took the call."`
	RetrievedByExtension string    `json:"retrieved_by_extension,omitempty" doc:"In events: extension of who took the call."`
}

// ParkSlot is the data of the event park_slot.changed: what a slot is like now. A client
// that takes the last one of each slot after a snapshot knows all of them.
type ParkSlot struct {
	Slot       int         `json:"slot"`
	ParkedCall *ParkedCall `json:"parked_call"` // null: it is free
}

// EventParkSlot is sent on the stream of events when a slot changes.
const EventParkSlot = "park_slot.changed"

const parkedCallsPath = "/v1/accounts/{account}/parked_calls"

// parkedCallOperations are about the calls that are parked now.
func parkedCallOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: parkedCallsPath, event: "parked_call.list", scope: record.ScopeRead,
			summary: "Lists the calls that are parked now, by slot.", answer: typeOf[ParkedCall](), list: true,
			status: http.StatusOK, handle: handleParkedCalls,
		},
		{
			method: http.MethodGet, path: parkedCallsPath + "/{slot}", event: "parked_call.read", scope: record.ScopeRead,
			summary: "Reads the call that is parked in a slot.", answer: typeOf[*ParkedCall](), status: http.StatusOK, handle: handleParkedCall,
		},
		{
			method: http.MethodDelete, path: parkedCallsPath + "/{slot}", event: "parked_call.delete", scope: record.ScopeWrite,
			summary: "Hangs up the call that is parked in a slot.", status: http.StatusNoContent, handle: handleParkedHangup,
		},
	}
}

func handleParkedCalls(c *call) (*answer, error) {
	q := c.query()
	limit, after := q.limit(), q.cursor(isSlot)
	if err := q.err(); err != nil {
		return nil, err
	}
	last, _ := strconv.Atoi(after)
	list := slices.DeleteFunc(c.server.Parking.Parked(c.account), func(p ParkedCall) bool { return p.Slot <= last })
	return ok(cut(list, limit, func(p ParkedCall) string { return strconv.Itoa(p.Slot) })), nil
}

// isSlot says whether a text is the number of a slot.
func isSlot(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1 && n <= record.MaxParkSlot && strconv.Itoa(n) == s
}

// parkedCall is the call in the slot the path names.
func (c *call) parkedCall() (*ParkedCall, error) {
	list := c.server.Parking.Parked(c.account)
	i := slices.IndexFunc(list, func(p ParkedCall) bool { return strconv.Itoa(p.Slot) == c.r.PathValue("slot") })
	if i < 0 {
		return nil, store.ErrNotFound
	}
	c.resource = record.ID(list[i].Call)
	return &list[i], nil
}

func handleParkedCall(c *call) (*answer, error) {
	p, err := c.parkedCall()
	if err != nil {
		return nil, err
	}
	return ok(p), nil
}

func handleParkedHangup(c *call) (*answer, error) {
	p, err := c.parkedCall()
	if err != nil {
		return nil, err
	}
	if !c.server.Parking.HangupParked(c.account, p.Slot) {
		return nil, store.ErrNotFound
	}
	return &answer{status: http.StatusNoContent}, nil
}
