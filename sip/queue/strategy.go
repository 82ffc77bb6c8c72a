package queue

import (
	"math/rand/v2"
	"time"

	"dialtone/store/record"
)

// Candidate is an agent who could be rung.
type Candidate struct {
	User     record.ID
	Penalty  int
	Position int       // among the queue's members
	LastCall time.Time // the end of the last call from the queue; zero for none
	Calls    int       // taken from the queue
}

// Choose says whom a strategy rings of the candidates, who are in the order of their
// positions: several for ringall, one for the others, none of none. last is the position
// of who was rung last in the queue, -1 before anybody was. An unknown strategy is
// ringall.
func Choose(strategy string, of []Candidate, last int, r *rand.Rand) []record.ID {
	if len(of) == 0 {
		return nil
	}
	if strategy == record.QueueWeightedRandom {
		return one(lowest(of, func(c *Candidate) int { return r.IntN(1000 * (1 + c.Penalty)) }))
	}
	tier := lowestTier(of)
	switch strategy {
	case record.QueueLinear:
		return one(&tier[0])
	case record.QueueRoundRobin:
		return one(behind(tier, last))
	case record.QueueLeastRecent:
		return one(earliest(tier))
	case record.QueueFewestCalls:
		return one(lowest(tier, func(c *Candidate) int { return c.Calls }))
	case record.QueueRandom:
		return one(&tier[r.IntN(len(tier))])
	}
	all := make([]record.ID, len(tier))
	for i := range tier {
		all[i] = tier[i].User
	}
	return all
}

func one(c *Candidate) []record.ID { return []record.ID{c.User} }

// lowestTier is everybody of the lowest penalty there is.
func lowestTier(of []Candidate) (tier []Candidate) {
	lowest := of[0].Penalty
	for i := range of {
		lowest = min(lowest, of[i].Penalty)
	}
	for i := range of {
		if of[i].Penalty == lowest {
			tier = append(tier, of[i])
		}
	}
	return tier
}

// behind is the first one whose position is behind last, going round.
func behind(of []Candidate, last int) *Candidate {
	for i := range of {
		if of[i].Position > last {
			return &of[i]
		}
	}
	return &of[0]
}

// earliest is whose last call is the longest ago.
func earliest(of []Candidate) *Candidate {
	first := &of[0]
	for i := range of {
		if of[i].LastCall.Before(first.LastCall) {
			first = &of[i]
		}
	}
	return first
}

// lowest is the first one with the least of something, which is asked once for each.
func lowest(of []Candidate, metric func(*Candidate) int) *Candidate {
	best, least := 0, 0
	for i := range of {
		if n := metric(&of[i]); i == 0 || n < least {
			best, least = i, n
		}
	}
	return &of[best]
}
