package fax

import (
	"time"

	"dialtone/fax/t30"
	"dialtone/store"
	"dialtone/store/record"
)

// DefaultAttempts is how many calls a fax gets unless its sender says otherwise.
const DefaultAttempts = 5

// Pauses between attempts, the last of which goes on: after calls that came to nothing, and
// after faxes that broke off, which the next step of the ladder may get through.
var (
	pauses      = []time.Duration{time.Minute, 3 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute}
	shortPauses = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute}
)

// pauseAfter is how long a fax waits after an attempt that failed.
func pauseAfter(f *record.Fax) time.Duration {
	list := pauses
	if procedural[f.Reason] {
		list = shortPauses
	}
	return list[min(max(f.Attempts-1, 0), len(list)-1)]
}

// procedural are the reasons of faxes that broke off because two machines did not
// understand each other: the next attempt is a step more careful.
var procedural = reasonsOf(
	t30.CannotTrain, t30.NoReply, t30.NoConfirmation, t30.Rejected, t30.Uncorrectable, t30.Refused,
	t30.Interrupted, t30.Incompatible,
)

func reasonsOf(list ...t30.Outcome) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, o := range list {
		m[o.Code()] = true
	}
	return m
}

// The steps of the ladder.
const (
	atBest   = iota // everything both machines can do
	slower          // without V.17, whose training gateways spoil most often
	plain           // nor error correction, which some do not do well
	lastStep = plain
)

// capsOf is what an attempt offers.
func capsOf(step int) t30.Caps {
	c := t30.AllCaps()
	if step >= slower {
		c.Modems = t30.V27 | t30.V29
	}
	if step >= plain {
		c.ECM, c.MMR = false, false
	}
	return c
}

// step takes the next step after a fax that broke off before its first page.
func (s *Service) step(f *record.Fax, o t30.Outcome) {
	if procedural[o.Code()] && f.Step < lastStep {
		f.Step, f.StepAt = f.Step+1, s.now()
	}
}

// remembered is how long it is known which step a number needs.
const remembered = 14 * 24 * time.Hour

// remember takes the step that the fax before to the same number arrived with.
func (s *Service) remember(f *record.Fax) {
	last, err := s.config.Store.Faxes(store.FaxQuery{
		Account: f.Account, Direction: record.FaxOutbound, State: record.FaxDelivered, Number: f.To,
		From: s.now().Add(-remembered), Limit: 1,
	})
	if err != nil {
		s.log.Error("cannot look for earlier faxes", "fax", f.ID, "err", err)
		return
	}
	for _, before := range last.Items {
		if s.now().Sub(before.StepAt) < remembered {
			f.Step, f.StepAt = before.Step, before.StepAt
		}
	}
}
