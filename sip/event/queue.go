package event

import "time"

// How fast NOTIFYs are sent, in messages a second, so that neither our socket nor the
// network nor the answers that come back at once are more than can be taken: for
// changes, and for everything there is after a restart.
const (
	notifyRate   = 25_600
	notifyBurst  = 256
	restoreRate  = 2_000
	restoreBurst = 100

	// batchSize is how many are written at a time.
	batchSize = 256
	// notifyTick and restoreTick are how long to wait for more to be allowed.
	notifyTick  = 10 * time.Millisecond
	restoreTick = 50 * time.Millisecond
	// idle is how long there may be nothing to do.
	idle = time.Hour
)

// queue is subscriptions in their order.
type queue struct {
	list []*subscription
	head int
}

func (q *queue) len() int { return len(q.list) - q.head }

func (q *queue) push(s *subscription) { q.list = append(q.list, s) }

func (q *queue) pop() *subscription {
	s := q.list[q.head]
	q.list[q.head] = nil
	q.head++
	switch {
	case q.head == len(q.list):
		q.head = 0
		if q.list = q.list[:0]; cap(q.list) > 4096 {
			q.list = nil
		}
	case q.head >= 4096 && q.head*2 >= len(q.list):
		q.list = append([]*subscription(nil), q.list[q.head:]...)
		q.head = 0
	}
	return s
}

// pace is a token bucket.
type pace struct {
	rate, burst, tokens float64
	last                time.Time
}

// allowed is how many may be sent at now; it is told by spend how many were.
func (p *pace) allowed(now time.Time) int {
	if p.last.IsZero() {
		p.tokens = p.burst
	} else {
		p.tokens = min(p.tokens+p.rate*max(now.Sub(p.last).Seconds(), 0), p.burst)
	}
	p.last = now
	return int(p.tokens)
}

func (p *pace) spend(n int) { p.tokens -= float64(n) }

// batch writes the NOTIFYs that may be sent now, and tells when there will be more.
func (s *Server) batch(now time.Time) ([]Outgoing, time.Duration) {
	room := min(batchSize, maxOutstanding-s.away)
	batch := make([]Outgoing, 0, min(max(room, 0), s.queue.len()+s.restored.len()))
	batch = s.drain(batch, &s.queue, &s.pace, room, now)
	batch = s.drain(batch, &s.restored, &s.slowly, room-len(batch), now)
	next := idle
	if len(s.book.due) > 0 {
		next = max(s.book.due[0].due.Sub(now), time.Millisecond)
	}
	if s.away < maxOutstanding { // otherwise an answer wakes us
		if s.restored.len() > 0 {
			next = min(next, restoreTick)
		}
		if s.queue.len() > 0 {
			next = min(next, notifyTick)
		}
	}
	if len(batch) == batchSize {
		next = 0
	}
	return batch, next
}

// drain takes up to room subscriptions off a queue, as fast as its pace allows.
func (s *Server) drain(batch []Outgoing, q *queue, p *pace, room int, now time.Time) []Outgoing {
	if q.len() == 0 {
		return batch
	}
	n := min(p.allowed(now), room)
	before, faceless := len(batch), len(s.faceless)
	spent := func() int { return len(batch) - before + len(s.faceless) - faceless }
	for spent() < n && q.len() > 0 {
		sub := q.pop()
		if q == &s.queue {
			sub.queued = false
		}
		if o, ok := s.compose(sub, now); ok {
			batch = append(batch, o)
		}
	}
	p.spend(spent())
	return batch
}
