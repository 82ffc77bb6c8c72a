package load

import (
	"context"
	"time"
)

// StormPlan is a power cut that is over. Zero values are the defaults.
type StormPlan struct {
	Spread   time.Duration // phones boot within this time; 0 is at once
	Even     bool          // at equal distances rather than by chance
	Limit    time.Duration // of the whole run; default 5 min, at most [MaxDuration]
	Retry    time.Duration // wait after a failure without Retry-After; default 30 s
	Attempts int           // registrations a phone begins before it gives up; default 10
	Jitter   float64       // share by which a wait is lengthened at most, by chance; default 0.5
}

func (p StormPlan) withDefaults() StormPlan {
	if p.Limit == 0 {
		p.Limit = 5 * time.Minute
	}
	if p.Retry == 0 {
		p.Retry = 30 * time.Second
	}
	if p.Attempts == 0 {
		p.Attempts = 10
	}
	if p.Jitter == 0 {
		p.Jitter = 0.5
	}
	return p
}

func (p StormPlan) validate() error {
	for _, err := range []error{
		within("spread", p.Spread, 0, MaxDuration),
		within("limit", p.Limit, 1, MaxDuration),
		within("retry", p.Retry, 1, MaxDuration),
		within("attempts", p.Attempts, 1, 255),
		within("jitter", p.Jitter, 0, 100),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// Storm boots all phones. A phone behaves as phones do: it sends again by timer E,
// waits Retry-After when told 503, waits Retry after a time-out or a refusal, each
// with jitter, and gives up after so many attempts.
func (f *Fleet) Storm(ctx context.Context, plan StormPlan) (Report, error) {
	plan = plan.withDefaults()
	if err := plan.validate(); err != nil {
		return Report{}, err
	}
	return f.run(ctx, "storm", 0, func(w *worker) scenario { return &storm{StormPlan: plan} }), nil
}

// storm is one worker's part.
type storm struct {
	StormPlan
	booted int // phones that have power, when they get it in turn
	done   int // phones bound or given up
}

// launch powers phones on: by chance all alarms are set at the beginning, else
// those due now begin.
func (s *storm) launch(w *worker, now time.Duration) {
	if s.booted == 0 {
		for i := range w.phones {
			w.phones[i].attempts = 0
		}
	}
	if s.Spread > 0 && !s.Even {
		for ; s.booted < len(w.phones); s.booted++ {
			w.wake(s.booted, time.Duration(w.chance.Int64N(int64(s.Spread))))
		}
		return
	}
	for end := s.due(w, now); s.booted < end; s.booted++ {
		s.woken(w, s.booted)
	}
}

// due is how many phones in turn have power by now. Not all at once: answers must
// be read between.
func (s *storm) due(w *worker, now time.Duration) int {
	const most = 256
	due := len(w.phones)
	if now < s.Spread {
		due = int(float64(due)*now.Seconds()/s.Spread.Seconds()) + 1
	}
	return min(due, s.booted+most, len(w.phones))
}

func (s *storm) woken(w *worker, index int) {
	w.phones[index].attempts++
	w.begin(index, register)
}

func (s *storm) ended(w *worker, index int, how result, retryAfter time.Duration) {
	p := &w.phones[index]
	switch {
	case how == succeeded:
		s.done++
		w.bound++
		w.registered.add(w.now)
		w.lastBound = w.now
	case int(p.attempts) >= s.Attempts:
		s.done++
		w.GaveUp++
	default:
		wait := s.Retry
		if retryAfter > 0 {
			wait = retryAfter
		}
		w.wake(index, wait+time.Duration(w.chance.Float64()*s.Jitter*float64(wait)))
	}
}

func (s *storm) over(w *worker, now time.Duration) bool {
	return s.done == len(w.phones) || now >= s.Limit
}
