package route

import (
	"time"

	"dialtone/store/record"
)

// Bounds of one decision.
const (
	maxTargets = 100 // in one stage
	maxNesting = 3   // of ring groups within ring groups
)

// OutsideTimeout is how long a number outside is called: what Timer C of RFC 3261 allows a proxy at least.
const OutsideTimeout = 3 * time.Minute

// target leads the call to a target; from is who diverts the call if that is outside.
func (r *router) target(t *record.Target, from Diversion) {
	switch t.Type {
	case record.TargetUser:
		if u := r.dir.User(t.ID); u != nil {
			r.user(u)
			return
		}
	case record.TargetDeviceLine:
		r.ring(r.deviceLine(t, nil), record.DefaultRingSeconds)
		return
	case record.TargetRingGroup:
		if g := r.dir.RingGroup(t.ID); g != nil {
			r.group(g)
			return
		}
	case record.TargetExternal:
		if from.Reason == "" {
			from.Reason = DivertedAlways
		}
		r.lead(from, t.Number)
		return
	case record.TargetPark:
		r.parkRange(t)
		return
	case record.TargetCallQueue:
		if q := r.dir.CallQueue(t.ID); q != nil {
			r.queue(q)
			return
		}
	case record.TargetFax:
		if n := r.dir.NumberByID(t.ID); n != nil && n.FaxEnabled && n.Account == r.d.Account {
			r.fax(n)
			return
		}
	}
	r.refuse(refusedNoTarget)
}

// fax lets a machine of ours take the call.
func (r *router) fax(n *record.Number) { r.d.Kind, r.d.Fax = Fax, n.ID }

// ring is a plan of one stage.
func (r *router) ring(targets []Target, seconds int) {
	if len(targets) == 0 {
		r.refuse(refusedNoPhone)
		return
	}
	r.d.Kind = Ring
	r.d.Plan = &Plan{Stages: []Stage{{Targets: targets, Timeout: time.Duration(seconds) * time.Second}}}
}

// user rings a user, or follows the user's wishes.
func (r *router) user(u *record.User) {
	if !r.visit(u.ID) {
		return
	}
	fwd := &u.Forwarding
	if r.applies(fwd.Always) {
		r.forward(u, fwd.Always.Destination, DivertedAlways)
		return
	}
	if u.DoNotDisturb {
		r.refuse(refusedDoNotDisturb)
		return
	}
	targets, self := r.userLines(u, nil)
	for i := range u.SimultaneousRing {
		targets = r.beside(u, &u.SimultaneousRing[i], targets)
	}
	onUnreachable := r.hop(u, fwd.Unreachable)
	if len(targets) == 0 {
		switch {
		case self:
			r.refuse(refusedSelf)
		case onUnreachable != nil:
			r.forward(u, onUnreachable.Destination, DivertedUnavailable)
		default:
			r.refuse(refusedNoPhone)
		}
		return
	}
	onNoAnswer := r.hop(u, fwd.NoAnswer)
	seconds := orDefault(u.RingSeconds, record.DefaultRingSeconds)
	if onNoAnswer != nil {
		seconds = orDefault(fwd.NoAnswerSeconds, record.DefaultNoAnswerSeconds)
	}
	r.ring(targets, seconds)
	r.d.Plan.OnBusy, r.d.Plan.OnNoAnswer, r.d.Plan.OnUnreachable = r.hop(u, fwd.Busy), onNoAnswer, onUnreachable
}

// orDefault is v, or other for a record written before there was such a field.
func orDefault(v, other int) int {
	if v > 0 {
		return v
	}
	return other
}

// applies says whether a rule is on now. A schedule that is gone is never open.
func (r *router) applies(rule *record.ForwardRule) bool {
	if rule == nil || !rule.Enabled || rule.Destination == "" {
		return false
	}
	if rule.Schedule == "" {
		return true
	}
	s := r.dir.Schedule(rule.Schedule)
	return s != nil && s.Open(r.now)
}

func (r *router) hop(u *record.User, rule *record.ForwardRule) *Hop {
	if !r.applies(rule) {
		return nil
	}
	return &Hop{Destination: rule.Destination, User: u.ID}
}

// userLines adds the user's lines; self says that the one which calls was among them.
func (r *router) userLines(u *record.User, targets []Target) (all []Target, self bool) {
	for _, l := range r.dir.Lines(u.ID) {
		if l.Line.Credential == r.d.From.Credential {
			self = true
			continue
		}
		targets = add(targets, r.lineTarget(l, u))
	}
	return targets, self
}

// deviceLine adds one line of a device.
func (r *router) deviceLine(t *record.Target, targets []Target) []Target {
	d := r.dir.Device(t.ID)
	if d == nil {
		return targets
	}
	line := d.LineNumber(t.Line)
	if line == nil || line.Credential == r.d.From.Credential {
		return targets
	}
	l, ok := r.dir.Line(line.Credential)
	if !ok {
		return targets
	}
	var u *record.User
	if l.Line.User != "" {
		u = r.dir.User(l.Line.User)
	}
	return add(targets, r.lineTarget(l, u))
}

// beside adds what a user rings besides the lines.
func (r *router) beside(u *record.User, t *record.Target, targets []Target) []Target {
	switch t.Type {
	case record.TargetUser:
		if other := r.dir.User(t.ID); other != nil && !other.DoNotDisturb {
			targets, _ = r.userLines(other, targets)
		}
	case record.TargetDeviceLine:
		targets = r.deviceLine(t, targets)
	case record.TargetExternal:
		by := r.diversionBy(u, DivertedFollowMe)
		by.To = t.Number
		targets = r.addOutside(targets, t.Number, by)
	}
	return targets
}

func (r *router) lineTarget(l Line, u *record.User) Target {
	return Target{
		AOR: l.AOR, Credential: l.Line.Credential, Device: l.Device.ID, Line: l.Line.Line, User: l.Line.User,
		Single: u != nil && !u.CallWaiting, Shown: r.inside(),
	}
}

// add adds a target unless it is there, or there are too many.
func add(targets []Target, t Target) []Target {
	if len(targets) >= maxTargets {
		return targets
	}
	for i := range targets {
		if targets[i].AOR == t.AOR && targets[i].Outside == t.Outside {
			return targets
		}
	}
	return append(targets, t)
}
