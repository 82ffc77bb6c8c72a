package call

import (
	"time"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// consulting is how long a phone may wait between being told a slot and parking in it.
const consulting = 3 * time.Minute

// booth is a call of a phone that was told a slot and is about to park somebody there.
type booth struct {
	account record.ID
	slot    int
	holder  string // our tag of the phone's dialog: what its REFER will name
}

// Speaker speaks to people.
type Speaker interface {
	// Slot says the number of a park slot the way an account's user wants it said; nil
	// cannot, and a tone is played instead.
	Slot(account, user string, slot int) media.Source
}

// slotDialled serves a phone that has dialled a slot: it gets who waits there. A phone
// that has another call at the moment and finds nobody is about to park that: it is told
// the slot, which is kept for it.
func (c *Call) slotDialled(l *leg) {
	f, account := c.decision.Feature, l.who.account
	if c.m.config.Slots == nil {
		c.end(refused(c.decision.Refusal, record.CallRejected))
		return
	}
	parks := c.m.lamps.talks(l.who.aor, c)
	one := f.First == f.Last
	if one || !parks && c.decision.Extension != "" {
		if p, ok := c.m.config.Slots.Waiting(account, f.First, f.Last); ok {
			c.retrieve(l, p)
			return
		}
	}
	if !parks {
		c.end(endEmptySlot)
		return
	}
	slot := c.m.config.Slots.Take(account, f.First, f.Last, l.ID())
	if slot == 0 {
		c.end(noSlot(f))
		return
	}
	c.booth = &booth{account, slot, l.ID()}
	c.tellSlot(l, slot)
}

// tellSlot answers a phone, shows it the slot and says its number.
func (c *Call) tellSlot(l *leg, slot int) {
	label, number := c.slotName(l.who.account, slot)
	if err := c.answerAlone(l, connected(&person{number: number, name: label}, l.Flow().Host)...); err != nil {
		c.end(mediaRefusal(err))
		return
	}
	var says media.Source
	if s := c.m.config.Speaker; s != nil {
		says = s.Slot(string(l.who.account), string(l.who.user), slot)
	}
	if says == nil {
		says = confirmation()
	}
	l.media.Play(says)
	c.light(l, StateConfirmed)
	c.notify(EventAnswered)
	c.after(consulting, func(c *Call) { c.end(endFeature) })
}

// noSlot is the outcome of parking where no slot is free.
func noSlot(f *route.FeatureCall) outcome {
	if f.First == f.Last {
		return ended(record.CallBusy, record.ReasonUserBusy, 486, "Park Slot Is Taken", 0, record.HungUpBySystem)
	}
	return ended(record.CallBusy, record.ReasonUserBusy, 486, "All Park Slots Are Taken", 0, record.HungUpBySystem)
}

// retrieve takes who dialled a slot to the call that waits there. The call that began
// with the INVITE ends and leaves no record of its own.
func (c *Call) retrieve(l *leg, p Parked) {
	to := c.m.call(p.Call)
	if to == nil || to == c || !c.m.hand(l, c, to, func(there *Call) { there.fetched(l, p.Slot) }) {
		c.end(endEmptySlot)
		return
	}
	c.merged = true
	c.end(endPickedUp)
}

// fetched gives who waits in a slot to a phone that dialled it: the first one that did.
func (c *Call) fetched(l *leg, slot int) {
	p := c.parking
	if p == nil || p.parked.Slot != slot || p.parked.Account != l.who.account {
		c.tell(l, endEmptySlot)
		c.hangup(l, causeOf(endEmptySlot))
		return
	}
	if err := c.answerNew(l, p.of); err != nil {
		o := mediaRefusal(err)
		c.tell(l, o)
		c.hangup(l, causeOf(o))
		return
	}
	if c.ring != nil {
		c.settle(c.ring, l, outcome{})
		return
	}
	c.retrieved(l)
}

// call is the call with that identifier, nil without one.
func (m *Manager) call(id string) *Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[id]
}

// HangupParked ends the call that waits in a slot of an account and tells whether there
// was one.
func (m *Manager) HangupParked(account record.ID, slot int) bool {
	if m.config.Slots == nil {
		return false
	}
	p, ok := m.config.Slots.Waiting(account, slot, slot)
	if !ok {
		return false
	}
	c := m.call(p.Call)
	if c == nil {
		return false
	}
	c.post(func(c *Call) {
		if c.parking != nil && c.parking.parked.Slot == slot {
			o := endAdmin
			o.result = record.CallAnswered
			c.end(o)
		}
	})
	return true
}

// answerAlone answers somebody who called us, with nobody on the other side.
func (c *Call) answerAlone(l *leg, h ...dialog.Header) error {
	var description []byte
	var err error
	if c.offer != nil {
		description, err = l.media.Answer(media.AnswerOptions{})
	} else {
		description, err = l.media.Offer(media.OfferOptions{})
		l.offersLate()
	}
	if err == nil {
		err = c.answerWith(l, description, h...)
	}
	if err != nil {
		return err
	}
	c.record.AnsweredAt = c.m.now()
	return nil
}
