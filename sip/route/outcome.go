package route

// Outcome is how ringing ended without an answer, least telling first.
type Outcome uint8

// The outcomes.
const (
	Unreachable Outcome = iota // no binding, no answer at all, or a failure that says nothing about the person
	Busy                       // 486, or Target.Single with another call
	NoAnswer                   // it rang, and the time was up
	Declined                   // 603 or another 6xx: no other phone is asked
)

// OutcomeOf is what a final status says about one target; rang tells whether a 18x came before.
func OutcomeOf(status int, rang bool) Outcome {
	switch {
	case status == 486 || status == 600:
		return Busy
	case status == 603 || status == 607 || status == 608 || status == 480 && rang:
		return Declined
	case status == 408 && rang, status == 487:
		return NoAnswer
	}
	return Unreachable
}

// Combine is the outcome of several targets. Busy is busy on every line that could be reached; somebody who was rung
// makes it no answer; whoever declined has spoken for all.
func Combine(outcomes ...Outcome) Outcome {
	worst := Unreachable
	for _, o := range outcomes {
		worst = max(worst, o)
	}
	return worst
}

// Refusal is what the caller is told after the outcome when the call goes on nowhere.
func (o Outcome) Refusal() Refusal { return refusals[o.refused()] }

func (o Outcome) refused() refused {
	switch o {
	case Busy:
		return refusedBusy
	case NoAnswer:
		return refusedNoAnswer
	case Declined:
		return refusedDeclined
	default:
		return refusedUnreachable
	}
}

// diversion is the reason of RFC 5806 for a call that goes on after the outcome.
func (o Outcome) diversion() string {
	switch o {
	case Busy, Declined:
		return DivertedBusy
	case NoAnswer:
		return DivertedNoAnswer
	default:
		return DivertedUnavailable
	}
}

// next is where the call goes on after the outcome. Declining is being busy by hand.
func (p *Plan) next(o Outcome) *Hop {
	switch o {
	case Busy, Declined:
		return p.OnBusy
	case NoAnswer:
		return p.OnNoAnswer
	default:
		return p.OnUnreachable
	}
}
