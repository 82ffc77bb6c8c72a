package e911

import (
	"errors"

	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// reconcile takes care of what a stopped daemon left: slots without a record are mailed,
// marked RECOVERED; calls that were going on are closed, for whatever became of them nobody
// saw.
func (s *Service) reconcile(left []leftover) error {
	recovered := map[string]bool{}
	for _, l := range left {
		written, err := s.isWritten(l.call)
		if err != nil { // his recipients and the other slots' must not wait for the next start
			s.log.Error("cannot look for the record of an emergency call; it is taken as not written", "event", l.call.ID, "err", err)
		}
		switch {
		case l.call == nil:
			s.log.Error("an emergency slot cannot be read: a call may be known to nobody", "slot", l.slot)
			s.metrics.torn.Inc()
			s.slots.release(l.slot)
		case written:
			s.slots.release(l.slot)
		default:
			recovered[l.call.ID] = true
			s.recoverCall(l)
		}
	}
	open, err := s.store.OpenEmergencyCalls()
	if err != nil {
		return err
	}
	for _, c := range open {
		if !recovered[c.ID] {
			s.closeCall(c)
		}
	}
	return nil
}

func (s *Service) isWritten(c *record.EmergencyCall) (bool, error) {
	if c == nil {
		return false, nil
	}
	switch before, err := s.store.EmergencyCall(c.Account, c.ID); {
	case err == nil:
		return allMailed(before), nil
	case errors.Is(err, store.ErrNotFound):
		return false, nil
	default:
		return false, err
	}
}

// allMailed says whether the first stage was written to everybody: of many recipients it
// takes several transactions.
func allMailed(c *record.EmergencyCall) bool {
	for _, r := range c.Recipients {
		if !c.Mailed(r.Address, record.StageStarted) {
			return false
		}
	}
	return true
}

// recoverCall writes a call out of its slot.
func (s *Service) recoverCall(l leftover) {
	s.log.Error("an emergency call was not written when the daemon stopped; its recipients are told now", "event", l.call.ID, "call", l.call.CallID)
	s.metrics.recovered.Inc()
	c := *l.call
	c.Recovered = true
	if !c.Over() {
		c.Outcome, c.EndedAt = record.EmergencyInterrupted, s.now().UTC()
	}
	if len(c.Recipients) == 0 { // they did not fit, or there were none
		s.config.Directory(func(dir route.Directory) {
			if a := dir.Account(c.Account); a != nil {
				c.Recipients = recipientsOf(dir, a, c.Location.ID)
			}
		})
	}
	s.windows.reopen(&c, c.EndedAt.Add(WindowLength))
	e := &event{s: s, call: &c, slot: l.slot, started: true, line: []job{{stage: record.StageStarted, call: &c, at: c.StartedAt}}}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.writeLocked()
}

// closeCall ends a call that was going on.
func (s *Service) closeCall(c *record.EmergencyCall) {
	s.log.Warn("an emergency call was interrupted when the daemon stopped", "event", c.ID, "call", c.CallID)
	next := *c
	next.Outcome, next.HungUpBy, next.EndedAt = record.EmergencyInterrupted, record.HungUpBySystem, s.now().UTC()
	e := &event{s: s, call: &next, slot: -1, started: true, line: []job{{stage: record.StageEnded, call: &next, at: next.EndedAt}}}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.writeLocked()
}
