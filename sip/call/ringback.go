package call

import (
	"strconv"

	"dialtone/sip/route"
)

// parkTimedOut rings the parker of a call nobody has taken.
func (c *Call) parkTimedOut(p *parking) {
	if c.parking != p || c.ring != nil {
		return
	}
	p.parked.State = ParkRingBack
	c.slotChanged(p, EventParkTimeout)
	var d route.Decision
	c.view(func(dir directory) { d = route.RingBack(dir, p.asked(), c.m.now()) })
	c.ringForParked(d, (*Call).cameBack, (*Call).fallBack)
}

// asked is the parked call as routing knows it.
func (p *parking) asked() route.Parked {
	return route.Parked{
		Account: p.parked.Account, Slot: p.parked.Slot, Who: *p.of.who.identity(), User: p.by.user, Credential: p.by.credential,
	}
}

// ringForParked rings for who waits; where there is nobody to ring, otherwise is next.
func (c *Call) ringForParked(d route.Decision, settled func(*Call, *leg, outcome), otherwise func(*Call)) {
	if d.Kind == route.Queue {
		c.enqueue(c.unpark().of, d)
		return
	}
	if d.Kind != route.Ring && d.Kind != route.Trunk {
		otherwise(c)
		return
	}
	c.startRing(c.parking.of, d, settled)
}

// cameBack ends the ringing of the parker.
func (c *Call) cameBack(won *leg, _ outcome) {
	if won != nil {
		c.retrieved(won)
		return
	}
	c.fallBack()
}

// fallBack rings whom the account names for calls their parkers do not take back.
func (c *Call) fallBack() {
	p := c.parking
	var d route.Decision
	c.view(func(dir directory) { d = route.ParkFallback(dir, p.asked(), c.m.now()) })
	c.ringForParked(d, (*Call).fellBack, (*Call).parkAgain)
}

// fellBack ends the ringing of the fallback.
func (c *Call) fellBack(won *leg, _ outcome) {
	if won != nil {
		c.retrieved(won)
		return
	}
	c.parkAgain()
}

// parkAgain lets a call wait once more that nobody wants, in the same slot.
func (c *Call) parkAgain() {
	c.playWaiting(c.parking) // something else may have been heard meanwhile
	c.waitFor(c.parking)
}

// retrieved lets somebody who has answered talk to who waited.
func (c *Call) retrieved(won *leg) {
	p := c.unpark()
	if p.of.media != nil {
		p.of.media.Stop()
	}
	c.seat(p.of, won, false)
	c.note(won.who.number + " took the call from slot " + strconv.Itoa(p.parked.Slot))
	p.parked.State, p.parked.Taker = ParkTaken, won.who.parker()
	c.notifyParked(EventRetrieved, p)
}
