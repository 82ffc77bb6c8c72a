package record

// Defaults of how long a user is rung, in seconds.
const (
	DefaultRingSeconds     = 60
	DefaultNoAnswerSeconds = 20
	MaxSimultaneousRing    = 5
)

// Forwarding is where a user's calls go instead.
type Forwarding struct {
	Always          *ForwardRule `json:"always" doc:"Every call."`
	Busy            *ForwardRule `json:"busy" doc:"Calls while every line is busy."`
	NoAnswer        *ForwardRule `json:"no_answer" doc:"Calls nobody answers within no_answer_seconds."`
	Unreachable     *ForwardRule `json:"unreachable" doc:"Calls while no phone is registered."`
	NoAnswerSeconds int          `json:"no_answer_seconds" doc:"Seconds to ring before no_answer applies, 5 to 300."`
}

// ForwardRule is one condition's destination.
type ForwardRule struct {
	Enabled     bool   `json:"enabled" doc:"Whether the rule applies."`
	Destination string `json:"destination" doc:"Extension or telephone number."`
	Schedule    ID     `json:"schedule" doc:"Applies only while this schedule is open; null is always."`
}

// PlacedForward is a rule and the API field it stands in.
type PlacedForward struct {
	Field string
	Rule  *ForwardRule
}

// Rules are the rules there are, applying or not.
func (f *Forwarding) Rules() []PlacedForward {
	var list []PlacedForward
	for _, p := range []PlacedForward{
		{"forwarding.always", f.Always},
		{"forwarding.busy", f.Busy},
		{"forwarding.no_answer", f.NoAnswer},
		{"forwarding.unreachable", f.Unreachable},
	} {
		if p.Rule != nil {
			list = append(list, p)
		}
	}
	return list
}

func (f *Forwarding) references() []Reference {
	var r refs
	for _, p := range f.Rules() {
		r.add(p.Field+".schedule", KindSchedule, p.Rule.Schedule)
	}
	return r
}

func (f *Forwarding) check(p *Problems) {
	for _, placed := range f.Rules() {
		rule, field := placed.Rule, placed.Field+".destination"
		switch {
		case rule.Destination != "":
			p.dialable(field, &rule.Destination)
		case rule.Enabled:
			p.Add(field, CodeRequired, "must be an extension or a telephone number")
		}
	}
	p.between("forwarding.no_answer_seconds", f.NoAnswerSeconds, MinRingSeconds, MaxRingSeconds)
}
