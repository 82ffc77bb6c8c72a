package load

import (
	"context"
	"math"
	"time"
)

// Plan is registration at a constant rate.
type Plan struct {
	Rate     float64       // registrations a second, all phones together
	Duration time.Duration // how long new ones begin; at most [MaxDuration]
	Total    int           // how many begin at most; 0 is as many as Duration allows
	Refresh  bool          // with the nonce the phone has: one request instead of two
	Drain    time.Duration // how long answers are awaited afterwards; default 64 T1
}

func (p Plan) withDefaults(cfg Config) Plan {
	if p.Drain == 0 {
		p.Drain = 64 * cfg.T1
	}
	return p
}

func (p Plan) validate() error {
	for _, err := range []error{
		within("rate", p.Rate, 0.001, MaxRate),
		within("duration", p.Duration, 1, MaxDuration),
		within("total", p.Total, 0, 1<<40),
		within("drain", p.Drain, 0, MaxDuration),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// Register lets the phones register in turn at a constant rate. Started counts
// what was offered: a server that falls behind shows in Busy, TimedOut and
// Latency, not in a lower rate.
func (f *Fleet) Register(ctx context.Context, plan Plan) (Report, error) {
	plan = plan.withDefaults(f.cfg)
	if err := plan.validate(); err != nil {
		return Report{}, err
	}
	kind, mode := register, "register"
	if plan.Refresh {
		kind, mode = refresh, "refresh"
	}
	return f.run(ctx, mode, plan.Rate, func(w *worker) scenario {
		return &inTurn{pace: newPace(plan, w), action: kind}
	}), nil
}

// Bind registers every phone once, at that rate, and those that failed again until
// all are bound or the time is over.
func (f *Fleet) Bind(ctx context.Context, rate float64, limit time.Duration) (Report, error) {
	return f.Storm(ctx, StormPlan{
		Spread: time.Duration(float64(len(f.cfg.Accounts)) / rate * float64(time.Second)),
		Even:   true, Limit: limit, Retry: time.Second,
	})
}

// pace says how many registrations of a worker have been due.
type pace struct {
	Plan
	begun int
	ended time.Duration // when the last was begun; 0 before
}

func newPace(plan Plan, w *worker) pace {
	plan.Rate *= float64(len(w.phones)) / float64(len(w.cfg.Accounts))
	if plan.Total > 0 {
		first, end := share(plan.Total, w.number, w.cfg.Workers)
		plan.Total = end - first
		if plan.Total == 0 {
			plan.Total = -1
		}
	}
	return pace{Plan: plan}
}

// due is how many to begin now. Not all at once when the generator was late: the
// answers must be read between.
func (p *pace) due(w *worker, now time.Duration) int {
	const most = 256
	n := min(int(now.Seconds()*p.Rate)+1, int(math.Ceil(p.Duration.Seconds()*p.Rate)))
	if p.Total != 0 {
		n = min(n, max(p.Total, 0))
	}
	if n > p.begun {
		w.behind = max(w.behind, now-time.Duration(float64(p.begun)/p.Rate*float64(time.Second)))
	}
	n = min(n-p.begun, most)
	p.begun += max(n, 0)
	if n <= 0 && p.ended == 0 && (now >= p.Duration || p.Total != 0 && p.begun >= p.Total) {
		p.ended = now
	}
	return n
}

func (p *pace) over(w *worker, now time.Duration) bool {
	return p.ended > 0 && (w.open == 0 || now >= p.ended+p.Drain)
}

// inTurn lets one phone after the other do the same.
type inTurn struct {
	pace
	action action
	next   int
}

func (s *inTurn) launch(w *worker, now time.Duration) {
	for range s.due(w, now) {
		if w.phones[s.next].open {
			w.Busy++
		} else {
			w.begin(s.next, s.action)
		}
		s.next = (s.next + 1) % len(w.phones)
	}
}

func (*inTurn) ended(*worker, int, result, time.Duration) {}
func (*inTurn) woken(*worker, int)                        {}
