package route

import (
	"time"

	"dialtone/store/record"
)

// group rings a ring group: all members at once, or one after the other. Whatever the outcome, its overflow is next.
func (r *router) group(g *record.RingGroup) {
	if !r.visit(g.ID) {
		return
	}
	if g.CallerIDPrefix != "" {
		r.prefix = join(r.prefix, g.CallerIDPrefix)
	}
	stages := r.groupStages(g)
	var overflow *Hop
	if g.Overflow != nil {
		overflow = &Hop{Target: g.Overflow, Group: g.ID}
	}
	switch {
	case len(stages) > 0:
		r.d.Kind = Ring
		r.d.Plan = &Plan{Stages: stages, OnBusy: overflow, OnNoAnswer: overflow, OnUnreachable: overflow}
	case overflow != nil:
		r.overflow(Diversion{Group: g.ID, Name: g.Name, Reason: DivertedUnavailable}, g.Overflow)
	default:
		r.refuse(refusedNoPhone)
	}
}

func (r *router) groupStages(g *record.RingGroup) []Stage {
	timeout := time.Duration(orDefault(g.TimeoutSeconds, record.DefaultRingSeconds)) * time.Second
	if g.Strategy == record.RingSequential {
		stages := make([]Stage, 0, len(g.Members))
		for i := range g.Members {
			if targets := r.member(g, &g.Members[i], 0, nil); len(targets) > 0 {
				stages = append(stages, Stage{Targets: targets, Timeout: timeout})
			}
		}
		return stages
	}
	var targets []Target
	for i := range g.Members {
		targets = r.member(g, &g.Members[i], 0, targets)
	}
	if len(targets) == 0 {
		return nil
	}
	return []Stage{{Targets: targets, Timeout: timeout}}
}

// member adds what rings for one member of a group.
func (r *router) member(g *record.RingGroup, t *record.Target, depth int, targets []Target) []Target {
	switch t.Type {
	case record.TargetExternal:
		by := Diversion{Group: g.ID, Name: g.Name, Number: r.calledNumber(), Reason: DivertedFollowMe, To: t.Number}
		return r.addOutside(targets, t.Number, by)
	case record.TargetRingGroup:
		if inner := r.dir.RingGroup(t.ID); inner != nil && depth < maxNesting {
			for i := range inner.Members {
				targets = r.member(inner, &inner.Members[i], depth+1, targets)
			}
		}
		return targets
	}
	return r.phones(t, depth, targets)
}

// phones adds the lines that ring for a target, none outside. Users who do not want to be disturbed have none.
func (r *router) phones(t *record.Target, depth int, targets []Target) []Target {
	switch t.Type {
	case record.TargetUser:
		if u := r.dir.User(t.ID); u != nil && !u.DoNotDisturb {
			targets, _ = r.userLines(u, targets)
		}
	case record.TargetDeviceLine:
		targets = r.deviceLine(t, targets)
	case record.TargetRingGroup:
		if g := r.dir.RingGroup(t.ID); g != nil && depth < maxNesting {
			for i := range g.Members {
				targets = r.phones(&g.Members[i], depth+1, targets)
			}
		}
	case record.TargetCallQueue:
		targets = r.agents(t.ID, targets)
	}
	return targets
}

// overflow leads the call where unanswered calls of a group or a queue go.
func (r *router) overflow(by Diversion, t *record.Target) {
	by.Number, by.To = r.calledNumber(), string(t.ID)
	if t.Type == record.TargetExternal {
		r.target(t, by)
		return
	}
	if r.divert(by) {
		r.led = true
		r.target(t, Diversion{})
	}
}
