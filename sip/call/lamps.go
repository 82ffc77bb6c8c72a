package call

import (
	"strings"
	"sync"
	"time"

	"dialtone/store/record"
)

// LampState is a dialog's state as watchers see it (RFC 4235 section 3.7.1).
type LampState uint8

// The states.
const (
	StateTrying LampState = iota
	StateEarly
	StateConfirmed
	StateTerminated
)

// String is the state as dialog-info writes it.
func (s LampState) String() string {
	return [...]string{"trying", "early", "confirmed", "terminated"}[s]
}

// Lamp is one dialog of a phone of ours: what lights keys of others.
type Lamp struct {
	ID      string // unique, for the dialog's life
	Account record.ID
	AOR     string // user@domain in lower case
	User    record.ID
	Device  record.ID
	// Extension is the account's extension that was called, on legs of whoever rings
	// for it; empty where none was.
	Extension record.ID
	CallID    string
	// Ours and Theirs are the dialog's tags: ours is the to-tag of a Replaces that
	// names the dialog (RFC 3891).
	Ours, Theirs string
	Initiator    bool // the phone called
	State        LampState
	Held         bool // the phone has put the other side on hold
	// Number and Name are the other side's, as the phone shows them.
	Number, Name string
	Since        time.Time
}

// lamps are the dialogs of all phones.
type lamps struct {
	mu    sync.Mutex
	byAOR map[string]map[string]held // by AOR and tag
	users map[record.ID]map[string]*Call
}

type held struct {
	lamp Lamp
	call *Call
}

// set lights or changes a lamp.
func (s *lamps) set(l Lamp, c *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byAOR == nil {
		s.byAOR, s.users = map[string]map[string]held{}, map[record.ID]map[string]*Call{}
	}
	put(s.byAOR, l.AOR, l.ID, held{l, c})
	if l.User != "" {
		put(s.users, l.User, l.ID, c)
	}
}

func put[K comparable, V any](m map[K]map[string]V, key K, id string, v V) {
	if m[key] == nil {
		m[key] = map[string]V{}
	}
	m[key][id] = v
}

func drop[K comparable, V any](m map[K]map[string]V, key K, id string) {
	delete(m[key], id)
	if len(m[key]) == 0 {
		delete(m, key)
	}
}

// clear switches a lamp off.
func (s *lamps) clear(l *Lamp) {
	s.mu.Lock()
	defer s.mu.Unlock()
	drop(s.byAOR, l.AOR, l.ID)
	drop(s.users, l.User, l.ID)
}

// busy says whether a user has a call other than c.
func (s *lamps) busy(user record.ID, c *Call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.users[user] {
		if other != c {
			return true
		}
	}
	return false
}

// talks says whether a phone has an answered call other than c.
func (s *lamps) talks(aor string, c *Call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.byAOR[aor] {
		if h.call != c && h.lamp.State == StateConfirmed {
			return true
		}
	}
	return false
}

// ringing is our tag of a dialog in which one of the AORs is being rung, empty without
// one. The one that rings longest comes first.
func (s *lamps) ringing(account record.ID, aors []string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var first *Lamp
	for _, aor := range aors {
		for _, h := range s.byAOR[aor] {
			l := h.lamp
			if l.Account == account && !l.Initiator && l.State <= StateEarly && (first == nil || l.Since.Before(first.Since)) {
				first = &l
			}
		}
	}
	if first == nil {
		return ""
	}
	return first.Ours
}

// urgent says whether a phone is in an emergency call other than c.
func (s *lamps) urgent(aor string, c *Call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.byAOR[strings.ToLower(aor)] {
		if h.call != c && h.call.urgent.Load() {
			return true
		}
	}
	return false
}

// Dialogs are the dialogs of a phone, by its AOR (user@domain).
func (m *Manager) Dialogs(aor string) []Lamp {
	s := &m.lamps
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.byAOR[strings.ToLower(aor)]
	list := make([]Lamp, 0, len(of))
	for _, h := range of {
		list = append(list, h.lamp)
	}
	return list
}

// light shows the state of a phone's leg to whoever watches it.
func (c *Call) light(l *leg, state LampState) {
	if l.who.aor == "" || l.dialogue == nil || l.gone {
		return
	}
	fresh := l.lamp == nil
	if fresh {
		l.lamp = &Lamp{
			ID: l.ID(), Account: l.who.account, AOR: l.who.aor, User: l.who.user, Device: l.who.device,
			CallID: l.CallID(), Ours: l.ID(), Initiator: l.Incoming(), Since: c.m.now(),
		}
		if !l.Incoming() {
			l.lamp.Extension = c.decision.Extension
		}
	}
	was := *l.lamp
	l.lamp.State, l.lamp.Held, l.lamp.Theirs = state, l.holds, l.RemoteTag()
	l.lamp.Number, l.lamp.Name = c.shownTo(l)
	if was == *l.lamp && was.State != StateTrying {
		return
	}
	c.m.lamps.set(*l.lamp, c)
	c.m.tell(Event{Kind: EventDialog, Account: l.who.account, Call: c.id, Dialog: *l.lamp})
	if fresh {
		c.m.freed(l)
	}
}

// relight shows a leg again whose hold or other side has changed.
func (c *Call) relight(l *leg) {
	if l != nil && l.lamp != nil {
		c.light(l, l.lamp.State)
	}
}

func (c *Call) lampOff(l *leg) {
	if l.lamp == nil {
		return
	}
	c.m.lamps.clear(l.lamp)
	l.lamp.State = StateTerminated
	c.m.tell(Event{Kind: EventDialog, Account: l.lamp.Account, Call: c.id, Dialog: *l.lamp})
	c.m.freed(l)
}

// shownTo is who a leg's phone shows as the other side.
func (c *Call) shownTo(l *leg) (number, name string) {
	if p := c.parking; p != nil && p.of == l {
		return p.slot.number, p.slot.name
	}
	if w := c.queueing; w != nil && w.of == l {
		return w.decision.To, w.queue.Name
	}
	other := c.other(l)
	if other == nil && l != c.caller {
		other = c.caller
		if c.ring != nil {
			other = c.ring.from
		}
	}
	switch {
	case other == nil || other == l:
		return c.decision.To, ""
	case other.who.private:
		return "", ""
	}
	return other.who.number, other.who.name
}
