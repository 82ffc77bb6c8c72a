package trunk

import (
	"log/slog"
	"net/netip"
	"time"

	"dialtone/store/record"
)

// State is how a provider account is.
type State string

// The states.
const (
	StateOK                 State = "ok"
	StateRegistered         State = "registered"
	StateRegistrationFailed State = "registration_failed"
	StateUnreachable        State = "unreachable"
	StateDisabled           State = "disabled"
)

// States lists them.
func States() []State {
	return []State{StateOK, StateRegistered, StateRegistrationFailed, StateUnreachable, StateDisabled}
}

// Status is how a provider account is now.
type Status struct {
	State State
	// Reason says why it is not well, or what a well one has to complain of; empty for nothing.
	Reason string
	// Since is when the state began.
	Since time.Time
	// RegisteredUntil is when the registration ends; zero without one.
	RegisteredUntil time.Time
	// Channels is how many calls it has.
	Channels int
	Hosts    []HostStatus
}

// HostStatus is how one address of a trunk is.
type HostStatus struct {
	Host    string
	Address netip.AddrPort
	// Up is false while OPTIONS go unanswered.
	Up bool
	// Reason is what the last failure was, until something works.
	Reason string
	// Since is when it last went up or down; zero while nothing happened.
	Since time.Time
}

// judge is the state by what is known at now.
func (a *account) judge(now time.Time) (State, string) {
	if !a.record.Enabled {
		return StateDisabled, ""
	}
	a.mu.Lock()
	reg, lost := a.registration, a.lost()
	a.mu.Unlock()
	all := a.addresses()
	if len(all) == 0 {
		return StateUnreachable, lost
	}
	down := ""
	for _, address := range all {
		c := a.health.state(address)
		if !c.down {
			down = ""
			break
		}
		down = c.reason
	}
	switch {
	case down != "":
		return StateUnreachable, down
	case a.record.Trunk.Authentication != record.TrunkRegistration:
		return StateOK, ""
	case now.Before(reg.until):
		return StateRegistered, reg.refused
	case reg.refused == "":
		return StateRegistrationFailed, "not registered yet"
	}
	return StateRegistrationFailed, reg.refused
}

// lost says for people why there is no address. a.mu is held.
func (a *account) lost() string {
	if a.missing == nil {
		return "its hosts are being looked up"
	}
	for _, h := range a.hosts {
		if h.found.Load() == nil {
			return notFound(h.name)
		}
	}
	return notFound("its hosts")
}

// note keeps when the state changed, and says so in the log.
func (a *account) note(log *slog.Logger, now time.Time) (State, string) {
	state, reason := a.judge(now)
	a.mu.Lock()
	before := a.state
	if state != before {
		a.state, a.since = state, now
	}
	a.mu.Unlock()
	switch state {
	case before:
	case StateUnreachable, StateRegistrationFailed:
		if before != "" {
			log.Warn("trunk is out of order", "trunk", a.record.ID, "name", a.record.Name, "state", string(state), "reason", reason)
		}
	default:
		log.Info("trunk changed its state", "trunk", a.record.ID, "name", a.record.Name, "state", string(state))
	}
	return state, reason
}

// status is the state noted last.
func (a *account) status() (State, time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state, a.since
}

func (a *account) hostStatus() []HostStatus {
	var list []HostStatus
	for _, h := range a.hosts {
		res := h.found.Load()
		if res == nil {
			list = append(list, HostStatus{Host: h.text, Reason: "not found"})
			continue
		}
		for _, address := range res.addresses() {
			c := a.health.state(address)
			list = append(list, HostStatus{Host: h.text, Address: address, Up: !c.down, Reason: c.reason, Since: c.since})
		}
	}
	return list
}
