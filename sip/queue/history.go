package queue

import (
	"slices"
	"time"

	"dialtone/store/record"
)

// end is how a caller's passage ended.
type end uint8

// The ends.
const (
	endAnswered end = iota
	endAbandoned
	endOverflowed
	endRefusedFull
	endRefusedEmpty
	endCallback   // hung up and keeps the place
	endNotReached // was to be called back and was not reached
	endLeft       // ended by somebody else
	ends
)

// String is the end as the metrics' label has it.
func (e end) String() string {
	return [...]string{"answered", "abandoned", "overflowed", "queue_full", "queue_empty", "callback", "not_reached", "left"}[e]
}

// ended is the end of somebody who was refused.
func ended(refused string) end {
	if refused == record.ReasonQueueFull {
		return endRefusedFull
	}
	return endRefusedEmpty
}

// outcome is one end.
type outcome struct {
	at   time.Time
	end  end
	wait time.Duration
}

// maxHistory bounds the outcomes a queue remembers.
const maxHistory = 2000

// history is the latest outcomes of a queue.
type history struct {
	list  []outcome
	start int // of the oldest, once the list is full
}

func (h *history) add(o outcome) {
	if len(h.list) < maxHistory {
		h.list = append(h.list, o)
		return
	}
	h.list[h.start] = o
	h.start = (h.start + 1) % maxHistory
}

// Statistics is what became of a queue's callers in a time.
type Statistics struct {
	Since time.Time
	// Offered is everybody who came, refused or not; the others are parts of it.
	Offered, Answered, Abandoned, Overflowed, Full, Empty, Left int
	// Callbacks is who hung up to be called back; they count as answered when an agent
	// calls them. NotReached is who did not answer then, or was never called.
	Callbacks, NotReached int
	// Within is how many were answered before the threshold.
	Within    int
	Threshold time.Duration
	// Of those who were answered.
	MeanWait, MaxWait, P90Wait time.Duration
}

// ServiceLevel is the share of callers answered within the threshold, of those who were
// answered, gave up or overflowed; 1 when there were none.
func (s *Statistics) ServiceLevel() float64 {
	if all := s.Answered + s.Abandoned + s.Overflowed; all > 0 {
		return float64(s.Within) / float64(all)
	}
	return 1
}

// statistics counts the outcomes from since on.
func (h *history) statistics(since time.Time, threshold time.Duration) Statistics {
	s := Statistics{Since: since, Threshold: threshold}
	var waits []time.Duration
	for _, o := range h.list {
		if o.at.Before(since) {
			continue
		}
		if part := s.part(o.end); part != nil {
			*part++
		}
		if o.end != endCallback && o.end != endNotReached {
			s.Offered++
		}
		if o.end == endAnswered {
			waits = append(waits, o.wait)
			if o.wait <= threshold {
				s.Within++
			}
		}
	}
	s.waits(waits)
	return s
}

// part is the count of an end.
func (s *Statistics) part(e end) *int {
	return map[end]*int{
		endAnswered: &s.Answered, endAbandoned: &s.Abandoned, endOverflowed: &s.Overflowed, endRefusedFull: &s.Full,
		endRefusedEmpty: &s.Empty, endCallback: &s.Callbacks, endNotReached: &s.NotReached, endLeft: &s.Left,
	}[e]
}

func (s *Statistics) waits(list []time.Duration) {
	if len(list) == 0 {
		return
	}
	slices.Sort(list)
	var sum time.Duration
	for _, w := range list {
		sum += w
	}
	s.MeanWait, s.MaxWait = sum/time.Duration(len(list)), list[len(list)-1]
	s.P90Wait = list[(len(list)*9+9)/10-1]
}
