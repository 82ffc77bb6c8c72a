package call

import (
	"strconv"
	"time"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// parking is a call whose one party waits in a slot. The other seat is empty.
type parking struct {
	of     *leg // who waits
	by     person
	slot   person // what phones show for the slot
	parked Parked
	timer  *timer // until it rings back
}

// parkBlind parks of because by has transferred it to a slot.
func (c *Call) parkBlind(by, of *leg, f *route.FeatureCall, r referral) {
	if status, text := c.parkable(of); status != 0 {
		r.Done(status, text)
		return
	}
	slot := c.m.config.Slots.Take(by.who.account, f.First, f.Last, c.id)
	if slot == 0 {
		o := noSlot(f)
		r.Done(o.status, o.text)
		return
	}
	c.park(by, of, slot)
	text := "OK"
	if f.First != f.Last { // who named no slot is told
		text = c.parking.slot.name
	}
	r.Done(200, text)
}

// parkable says why somebody cannot be parked: a status and its text, 0 for no reason.
func (c *Call) parkable(of *leg) (status int, text string) {
	switch {
	case c.m.config.Slots == nil:
		return 501, "Not Implemented"
	case c.emergency:
		return 403, "Emergency Calls Are Not Parked"
	case of.media == nil:
		return 488, "Not Acceptable Here"
	}
	return 0, ""
}

// parkConsulted parks of in the slot that by's other call, target, was told. False when
// it was told none.
func (c *Call) parkConsulted(by, of, target *leg, named string, r referral) bool {
	slots, account := c.m.config.Slots, by.who.account
	if slots == nil {
		return false
	}
	slot := slots.Claim(account, named, c.id)
	if slot == 0 {
		return false
	}
	target.post(func(there *Call) { there.end(endFeature) })
	if status, text := c.parkable(of); status != 0 {
		slots.Free(account, slot, c.id)
		r.Done(status, text)
		return true
	}
	c.park(by, of, slot)
	r.Done(200, "OK")
	return true
}

// park lets of wait in a slot that is the call's. by is through with the call.
func (c *Call) park(by, of *leg, slot int) {
	label, number := c.slotName(by.who.account, slot)
	p := &parking{of: of, by: by.who, slot: person{account: by.who.account, number: number, name: label}}
	p.parked = Parked{
		Account: by.who.account, Slot: slot, Call: c.id, At: c.m.now(),
		By: by.who.parker(),
	}
	c.parking = p
	if c.caller == by {
		c.caller = nil
	} else {
		c.callee = nil
	}
	c.noteTransfer(by, label)
	c.nowSees(by, &p.slot)
	c.linger(by)
	c.settleDown(of)
	c.waitFor(p)
}

// settleDown makes somebody the one who waits.
func (c *Call) settleDown(l *leg) {
	p := c.parking
	p.of = l
	l.holds = l.media.Held()
	p.parked.Number, p.parked.Name = l.who.number, l.who.name
	if l.who.private {
		p.parked.Number, p.parked.Name = "", ""
	}
	c.playWaiting(p)
	c.nowSees(l, &p.slot)
	c.light(l, StateConfirmed)
}

// waitFor begins the time after which the parker is rung.
func (c *Call) waitFor(p *parking) {
	d := c.parkingTime(p.parked.Account)
	p.parked.State, p.parked.RingsBack = ParkWaiting, c.m.now().Add(d)
	p.timer = c.after(d, func(c *Call) { c.parkTimedOut(p) })
	c.slotChanged(p, EventParked)
}

// parkingTime is how long an account's calls stay parked.
func (c *Call) parkingTime(account record.ID) time.Duration {
	minutes := 0
	c.view(func(d directory) {
		if a := d.Account(account); a != nil {
			minutes = a.ParkingTimeoutMinutes
		}
	})
	return time.Duration(max(minutes, 1)) * c.m.minute
}

// slotName is what phones show for a slot, and what they dial for it.
func (c *Call) slotName(account record.ID, slot int) (label, number string) {
	c.view(func(d directory) {
		a := d.Account(account)
		label = route.ParkLabel(a, slot)
		if a != nil {
			number = a.FeatureCodes[route.FeaturePark] + strconv.Itoa(slot)
		}
	})
	return label, number
}

// playWaiting entertains who waits: with the parker's music, else with a beep now and
// then, by which he knows that he has not been forgotten.
func (c *Call) playWaiting(p *parking) {
	if p.of.media == nil {
		return
	}
	var source media.Source
	if w := c.m.config.Waiting; w != nil {
		source = w.Music(string(p.by.account), string(p.by.user))
	}
	if source == nil {
		source = waitingTone()
	}
	p.of.media.Leave()
	p.of.media.Play(source)
}

// unpark ends the waiting and frees the slot.
func (c *Call) unpark() (was *parking) {
	p := c.parking
	if p == nil {
		return nil
	}
	c.parking = nil
	p.timer.stop()
	c.m.config.Slots.Free(p.parked.Account, p.parked.Slot, c.id)
	p.parked.State = ParkLeft
	c.m.tell(Event{Kind: EventSlot, Account: p.parked.Account, Call: c.id, Parked: p.told(), Dialog: p.parked.lamp()})
	return p
}

// vacate gives back the slot of a call that ends, whether somebody waits in it or was
// about to.
func (c *Call) vacate() {
	c.unpark()
	if b := c.booth; b != nil {
		c.booth = nil
		c.m.config.Slots.Free(b.account, b.slot, b.holder)
	}
}

// slotChanged tells what a slot is like now, and why.
func (c *Call) slotChanged(p *parking, why EventKind) {
	c.m.config.Slots.Set(p.parked)
	c.m.tell(Event{Kind: EventSlot, Account: p.parked.Account, Call: c.id, Parked: p.told(), Dialog: p.parked.lamp()})
	if why != "" {
		c.notifyParked(why, p)
	}
}

// notifyParked tells of a parked call.
func (c *Call) notifyParked(kind EventKind, p *parking) {
	c.publish()
	c.m.tell(Event{Kind: kind, Account: p.parked.Account, Call: c.id, Info: c.info.Load(), Parked: p.told()})
}

// told is a copy for others.
func (p *parking) told() *Parked {
	parked := p.parked
	return &parked
}

// nowSees lets a phone of ours show somebody else, and takes it off hold.
func (c *Call) nowSees(l *leg, who *person) {
	var h []dialog.Header
	if l.who.trunk == "" { // a slot is nobody's business outside
		h = connected(who, l.Flow().Host)
	}
	c.nowShows(l, h)
}

// waitsInstead puts somebody into the place of one who waits.
func (c *Call) waitsInstead(old, l *leg) {
	p := c.parking
	c.takeSeat(old, l)
	if r := c.ring; r != nil && r.from == old {
		r.from = l
	}
	if old.media != nil {
		old.media.Leave()
		old.media.Stop()
	}
	c.settleDown(l)
	c.slotChanged(p, "")
}
