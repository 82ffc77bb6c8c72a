package call

import (
	"time"

	"dialtone/store/record"
)

// Slots are the parking places of all accounts: a [dialtone/sip/park.Lot]. A slot belongs
// to a holder: the call that waits in it, or before that the dialog of the phone that is
// about to park. Nothing here waits.
type Slots interface {
	// Take gives a holder the first free slot from first to last, 0 when there is none.
	Take(account record.ID, first, last int, holder string) (slot int)
	// Claim gives a holder the slot that another took and has nothing in yet; 0 when it
	// has none.
	Claim(account record.ID, from, holder string) (slot int)
	// Set says what waits in the slot its call holds.
	Set(p Parked)
	// Waiting is what has waited longest in the slots from first to last.
	Waiting(account record.ID, first, last int) (p Parked, ok bool)
	// Free gives a slot back that the holder has.
	Free(account record.ID, slot int, holder string)
}

// ParkState is how a parked call is: the names the API has for it.
type ParkState string

// The states.
const (
	ParkWaiting  ParkState = "parked"
	ParkRingBack ParkState = "ringing_back" // its parker, or the fallback, is being rung
	ParkTaken    ParkState = "retrieved"    // in EventRetrieved
	ParkLeft     ParkState = "left"         // in EventSlot: taken, or hung up
)

// Parked is a call that waits in a slot.
type Parked struct {
	Account record.ID
	Slot    int
	Call    string
	// Number and Name are those of who waits; empty when withheld.
	Number, Name string
	// By is who parked it, Taker who took it, in EventRetrieved.
	By, Taker Parker
	// At is when, RingsBack when it rings the parker if nobody takes it.
	At, RingsBack time.Time
	State         ParkState
}

// Parker is who has parked a call, or taken one.
type Parker struct {
	User, Device record.ID
	Number, Name string // as others are shown
}

// parker is somebody as a parker.
func (p *person) parker() Parker {
	return Parker{User: p.user, Device: p.device, Number: p.number, Name: p.name}
}

// lamp is the slot as a watched phone that talks to who waits.
func (p *Parked) lamp() Lamp {
	l := Lamp{
		ID: p.Call, Account: p.Account, CallID: p.Call, State: StateConfirmed,
		Number: p.Number, Name: p.Name, Since: p.At,
	}
	if p.State == ParkLeft {
		l.State = StateTerminated
	}
	return l
}
