package load

import (
	"context"
	"time"
)

// ChurnPlan is phones that come, go and move, by chance. The weights are relative;
// all zero is one each.
type ChurnPlan struct {
	Plan                                    // Refresh is not looked at
	Register, Renew, Unregister, Rebind int // weights
}

// Churn lets phones drawn by chance do what is drawn by chance. Afterwards
// [Fleet.State] says what each phone has been told.
func (f *Fleet) Churn(ctx context.Context, plan ChurnPlan) (Report, error) {
	plan.Plan = plan.withDefaults(f.cfg)
	if plan.Register|plan.Renew|plan.Unregister|plan.Rebind == 0 {
		plan.Register, plan.Renew, plan.Unregister, plan.Rebind = 1, 1, 1, 1
	}
	for _, weight := range []int{plan.Register, plan.Renew, plan.Unregister, plan.Rebind} {
		if err := within("weight", weight, 0, 1000); err != nil {
			return Report{}, err
		}
	}
	if err := plan.validate(); err != nil {
		return Report{}, err
	}
	return f.run(ctx, "churn", plan.Rate, func(w *worker) scenario {
		return &churn{pace: newPace(plan.Plan, w), weights: [...]int{
			register: plan.Register, refresh: plan.Renew, unregister: plan.Unregister, rebind: plan.Rebind,
		}}
	}), nil
}

type churn struct {
	pace
	weights [4]int
}

func (s *churn) launch(w *worker, now time.Duration) {
	for range s.due(w, now) {
		index := w.chance.IntN(len(w.phones))
		if w.phones[index].open {
			w.Busy++
			continue
		}
		w.begin(index, s.draw(w))
	}
}

// draw picks an action. A phone without a binding refreshes nothing, and its rebind
// removes what is not there: both are legal and just register.
func (s *churn) draw(w *worker) action {
	total := 0
	for _, weight := range s.weights {
		total += weight
	}
	n := w.chance.IntN(total)
	for a, weight := range s.weights {
		if n -= weight; n < 0 {
			return action(a)
		}
	}
	return register
}

func (*churn) ended(*worker, int, result, time.Duration) {}
func (*churn) woken(*worker, int)                        {}
