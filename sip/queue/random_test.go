package queue

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dialtone/sip/call"
	"dialtone/store/record"
)

// Whatever happens in whatever order: an agent has one caller at a time and is one that
// could be had, who waits longest is not passed over, and in the end nothing is left.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{rt: rt, now: time.Unix(1e9, 0)}
		w.e = New(Config{Phones: &phones{}, Now: func() time.Time { return w.now }})
		defer w.e.Close()
		users := []record.ID{"ann", "bob", "cid"}
		for i := range 3 {
			q := newQueue(record.ID(fmt.Sprint("q", i)))
			q.Strategy = rapid.SampledFrom(record.QueueStrategies()).Draw(rt, "strategy")
			q.WrapUpSeconds, q.MaxWaitSeconds = rapid.IntRange(0, 5).Draw(rt, "wrap-up"), rapid.IntRange(0, 60).Draw(rt, "most")
			for _, u := range users {
				if rapid.Bool().Draw(rt, "member") {
					q.Members = append(q.Members, record.QueueMember{User: u, Penalty: rapid.IntRange(0, 2).Draw(rt, "penalty")})
				}
			}
			w.queues = append(w.queues, q)
			w.e.Update(q)
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			w.step()
			w.check()
		}
		for _, q := range w.queues {
			w.e.Remove(q.ID)
		}
		for _, c := range w.callers {
			w.e.Leave(c.ticket, call.LeaveEnded)
		}
		if len(w.e.tickets) != 0 || len(w.e.lines) != 0 || len(w.e.offices) != 0 {
			rt.Fatalf("left: %v, %v, %v", w.e.tickets, w.e.lines, w.e.offices)
		}
	})
}

type world struct {
	rt      *rapid.T
	e       *Engine
	now     time.Time // under the engine's lock, whose clock runs by itself
	queues  []*record.CallQueue
	callers []*caller
	mu      sync.Mutex // guards the orders
}

// orders keep a caller's latest one.
func (w *world) orders(c *caller) func(call.QueueOrder) {
	return func(o call.QueueOrder) {
		w.mu.Lock()
		defer w.mu.Unlock()
		c.order = o
	}
}

// caller is somebody as his call knows him.
type caller struct {
	ticket call.QueueTicket
	order  call.QueueOrder
}

func (w *world) step() {
	rt := w.rt
	if len(w.callers) == 0 || rapid.IntRange(0, 4).Draw(rt, "what") == 0 {
		c := &caller{}
		c.ticket, _ = w.e.Join(rapid.SampledFrom(w.queues).Draw(rt, "queue"), call.QueueCaller{}, w.orders(c))
		w.callers = append(w.callers, c)
		return
	}
	c := rapid.SampledFrom(w.callers).Draw(rt, "caller")
	w.mu.Lock()
	order := c.order
	w.mu.Unlock()
	switch rapid.IntRange(0, 9).Draw(rt, "act") {
	case 0:
		w.e.Leave(c.ticket, call.LeaveAbandoned)
	case 1:
		w.e.KeepPlace(c.ticket, w.orders(c))
	case 2, 3, 4:
		if len(order.Ring) > 0 {
			user := rapid.SampledFrom(order.Ring).Draw(rt, "agent")
			w.e.Missed(c.ticket, order.Attempt, user, call.MissNoAnswer)
		}
	case 5, 6:
		if len(order.Ring) > 0 {
			w.e.Answered(c.ticket, order.Attempt, rapid.SampledFrom(order.Ring).Draw(rt, "agent"))
		}
	case 7:
		w.e.Through(c.ticket)
	case 8:
		state := rapid.SampledFrom(record.AgentStates()).Draw(rt, "state")
		w.e.SetAgent(rapid.SampledFrom(w.queues).Draw(rt, "queue").ID, "ann", Standing{State: state})
	default:
		w.e.mu.Lock()
		w.now = w.now.Add(seconds(rapid.IntRange(1, 10).Draw(rt, "seconds")))
		w.e.mu.Unlock()
		w.e.dispatch(acme)
	}
}

// check looks at every agent and every caller.
func (w *world) check() {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	now := w.now
	for _, o := range w.e.offices {
		rung := map[record.ID]int{}
		for _, l := range o.lines {
			for _, t := range l.waiting {
				for _, a := range t.ringing {
					rung[a.user]++
					if a.ringing != t || a.with != nil {
						w.rt.Fatalf("%s is rung for %d: %+v", a.user, t.number, a)
					}
				}
			}
			w.idle(l, now)
		}
		for user, n := range rung {
			if n > 1 {
				w.rt.Fatalf("%s is rung for %d callers", user, n)
			}
		}
	}
}

// idle looks for a caller nobody is rung for while somebody could be.
func (w *world) idle(l *line, now time.Time) {
	for _, t := range l.waiting {
		for _, s := range l.seats {
			free := s.standing.State == record.AgentAvailable && s.ringing == nil && s.with == nil &&
				!now.Before(s.wrapUp) && !now.Before(s.rest)
			if free && len(t.ringing) == 0 {
				w.rt.Fatalf("%s is free and %d waits", s.user, t.number)
			}
		}
	}
}
