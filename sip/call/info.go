package call

import (
	"errors"
	"slices"
	"strings"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// Info is a call as it is listed while it lasts.
type Info struct {
	ID         string     `json:"id" doc:"Identifier."`
	Account    record.ID  `json:"-"`
	Direction  string     `json:"direction" doc:"internal, inbound, outbound or emergency."`
	State      string     `json:"state" doc:"trying, ringing, queued, answered or parked."`
	From       string     `json:"from" doc:"Who called: extension or number."`
	CallerName string     `json:"caller_name" doc:"Name shown of the caller."`
	To         string     `json:"to" doc:"Who was called: extension or number."`
	User       record.ID  `json:"user" doc:"The account's user who called, or of an inbound call was called."`
	Device     record.ID  `json:"device" doc:"The device that called, or of an inbound call answered."`
	Trunk      record.ID  `json:"trunk" doc:"The provider account it goes through."`
	StartedAt  time.Time  `json:"started_at" doc:"When it began."`
	AnsweredAt *time.Time `json:"answered_at" doc:"When it was answered; null before."`
	Held       bool       `json:"held" doc:"Whether one side is on hold."`
	Recording  bool       `json:"recording" doc:"Whether it is being recorded."`
	Codec      string     `json:"codec" doc:"The caller's codec once it is answered."`
	Secure     bool       `json:"secure" doc:"Whether signalling and media are encrypted on every leg."`

	moved bool // those it was about talk in another call now
}

// States of a call.
const (
	stateTrying   = "trying"
	stateRinging  = "ringing"
	stateAnswered = "answered"
	// StateQueued is a call whose caller waits in a queue.
	StateQueued = "queued"
	// StateParked is a call whose one party waits in a slot.
	StateParked = "parked"
)

// EventKind names what happened to a call: also the name webhooks know it by.
type EventKind string

// The events. EventDialog is for lamps, EventSlot tells what a park slot is like from now
// on; the others tell of whole calls, once each, transfers, holds and parking as often as
// they happen.
const (
	EventStarted     EventKind = "call.started"
	EventRinging     EventKind = "call.ringing"
	EventAnswered    EventKind = "call.answered"
	EventHeld        EventKind = "call.held"
	EventResumed     EventKind = "call.resumed"
	EventTransferred EventKind = "call.transferred"
	EventEnded       EventKind = "call.ended"
	EventParked      EventKind = "call.parked" // also again, when nobody took it
	EventParkTimeout EventKind = "call.park_timeout"
	EventRetrieved   EventKind = "call.retrieved"
	EventDialog      EventKind = "dialog"
	EventSlot        EventKind = "slot"
)

// Event is something that happened.
type Event struct {
	Kind    EventKind
	Account record.ID
	Call    string
	Info    *Info              // of a call's events; nil for EventDialog and EventSlot
	Record  *record.CallRecord // of EventEnded
	Parked  *Parked            // of EventSlot and the events about parking
	Queued  *Queued            // of events about queues
	Dialog  Lamp               // of EventDialog; of EventSlot the slot's, which has no AOR
}

func (m *Manager) tell(e Event) {
	if m.config.Notify != nil {
		m.config.Notify(e)
	}
}

func (c *Call) notify(kind EventKind) {
	c.publish()
	if c.decision.Account == "" {
		return // nobody's
	}
	c.started = true
	c.m.tell(Event{Kind: kind, Account: c.decision.Account, Call: c.id, Info: c.info.Load()})
}

// notifyRinging tells once that somebody rings.
func (c *Call) notifyRinging() {
	if !c.rang {
		c.rang = true
		c.notify(EventRinging)
	}
}

// publish makes what others may know of the call new.
func (c *Call) publish() {
	r := &c.record
	info := Info{
		ID: c.id, Account: c.decision.Account, Direction: r.Direction, State: stateTrying, From: r.From, CallerName: r.CallerName,
		To: r.To, User: r.User, Device: r.Device, Trunk: r.Trunk, StartedAt: r.StartedAt, moved: c.moved,
	}
	switch {
	case !r.AnsweredAt.IsZero():
		answered := r.AnsweredAt
		info.State, info.AnsweredAt = stateAnswered, &answered
		if c.parking != nil {
			info.State = StateParked
		}
	case c.rang:
		info.State = stateRinging
	}
	if c.queueing != nil {
		info.State = StateQueued
	}
	info.Recording = c.recorder.running != nil
	info.Held = c.caller != nil && c.caller.holds || c.callee != nil && c.callee.holds
	if info.AnsweredAt != nil {
		info.Codec = c.caller.codec()
	}
	old := c.info.Load()
	if old != nil {
		info.Secure = old.Secure
		if old.same(&info) {
			return
		}
	}
	info.Secure = info.Codec != "" && c.caller.secure() && (c.callee == nil || c.callee.secure())
	changed := info // only what is new goes to the heap
	c.info.Store(&changed)
}

func (i *Info) same(o *Info) bool {
	a, b := *i, *o
	a.AnsweredAt, b.AnsweredAt = nil, nil
	return a == b && (i.AnsweredAt == nil) == (o.AnsweredAt == nil)
}

// Active lists an account's calls, the oldest first; not one whose parties talk in another
// by now.
func (m *Manager) Active(account record.ID) []Info {
	m.mu.Lock()
	list := make([]Info, 0, 8)
	for _, c := range m.calls {
		if info := c.info.Load(); info != nil && info.Account == account && !info.moved {
			list = append(list, *info)
		}
	}
	m.mu.Unlock()
	slices.SortFunc(list, func(a, b Info) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// ErrNotFound says that an account has no call of that identifier.
var ErrNotFound = errors.New("no such call")

// Hangup ends an account's call.
func (m *Manager) Hangup(account record.ID, id string) error {
	m.mu.Lock()
	c := m.calls[id]
	m.mu.Unlock()
	if c == nil {
		return ErrNotFound
	}
	if info := c.info.Load(); info == nil || info.Account != account || c.urgent.Load() {
		return ErrNotFound // a call for help is nobody's to end
	}
	c.post(func(c *Call) {
		o := endAdmin
		if !c.record.AnsweredAt.IsZero() {
			o.result = record.CallAnswered
		}
		c.end(o)
	})
	return nil
}

// view asks routing's questions of the store.
func (c *Call) view(ask func(directory)) {
	c.m.store.View(func(v *store.View) { ask(directory{v}) })
}
