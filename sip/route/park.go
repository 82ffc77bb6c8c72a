package route

import (
	"strconv"
	"time"

	"dialtone/store/record"
)

// Slots of an account that has no extension for some of them.
const (
	firstSlot = 1
	lastSlot  = record.MaxParkSlot
)

// Parked is a call that waits in a slot.
type Parked struct {
	Account record.ID
	Slot    int
	// Who waits.
	Who Identity
	// User is who parked it; Credential is the line's that did, for one that names no user.
	User, Credential record.ID
}

// park parks a call of a phone's in one of the slots from first to last, or takes one there.
func (r *router) park(argument string, first, last int) {
	if r.d.From.Device == "" || r.led { // only people know what is parked
		r.refuse(refusedNotAvailable)
		return
	}
	r.d.Kind, r.d.Refusal = Park, refusals[refusedNotAvailable]
	r.d.Feature = &FeatureCall{Name: FeaturePark, Argument: argument, User: r.d.From.User, First: first, Last: last}
}

// parkCode is the feature code with a slot behind it, or none for any.
func (r *router) parkCode(argument string) {
	first, last := firstSlot, lastSlot
	if n, err := strconv.Atoi(argument); err == nil {
		first, last, argument = n, n, strconv.Itoa(n)
	}
	r.called(r.d.Dialled)
	r.park(argument, first, last)
}

// parkRange is an extension that stands for some of the slots; for one of them it is that slot's number.
func (r *router) parkRange(t *record.Target) {
	argument := ""
	if t.First == t.Last {
		argument = strconv.Itoa(t.First)
	}
	r.park(argument, t.First, t.Last)
}

// RingBack rings who parked a call that nobody has taken: every line of the user, or the one that names none. It is
// refused where no line is left to ring or the user does not want to be disturbed; forwards are not followed.
func RingBack(dir Directory, p Parked, now time.Time) Decision {
	r := parkedRouter(dir, &p, now)
	u := dir.User(p.User)
	switch {
	case r.account == nil:
		r.refuse(refusedStranger)
	case p.User != "" && u != nil && u.DoNotDisturb:
		r.refuse(refusedDoNotDisturb)
	case p.User != "" && u != nil:
		targets, _ := r.userLines(u, nil)
		r.called(r.userExtension(u))
		r.ring(targets, orDefault(u.RingSeconds, record.DefaultRingSeconds))
	default:
		r.ring(r.lineOf(p.Credential), record.DefaultRingSeconds)
	}
	return r.d
}

// lineOf is the line of a credential.
func (r *router) lineOf(credential record.ID) []Target {
	l, ok := r.dir.Line(credential)
	if !ok || credential == "" {
		return nil
	}
	return []Target{r.lineTarget(l, nil)}
}

// ParkFallback leads a parked call whose parker has not taken it back where the account wants such calls. It is
// refused where they are to be parked again.
func ParkFallback(dir Directory, p Parked, now time.Time) Decision {
	r := parkedRouter(dir, &p, now)
	if r.account == nil || r.account.ParkFallback == nil {
		r.refuse(refusedNoTarget)
		return r.d
	}
	by := Diversion{Reason: DivertedNoAnswer}
	if u := dir.User(p.User); p.User != "" && u != nil {
		by = r.diversionBy(u, DivertedNoAnswer)
	}
	r.led = true
	r.target(r.account.ParkFallback, by)
	return r.d
}

// parkedRouter leads a parked call on: phones show who waits, and where he was parked.
func parkedRouter(dir Directory, p *Parked, now time.Time) router {
	r := router{dir: dir, now: now, account: dir.Account(p.Account)}
	r.d.Account, r.d.Direction, r.d.From, r.d.Shown = p.Account, record.CallInternal, p.Who, p.Who
	r.prefix = ParkLabel(r.account, p.Slot) + ":"
	return r
}

// ParkLabel is what phones show for a slot, in the account's language.
func ParkLabel(a *record.Account, slot int) string {
	label := "Park"
	if a != nil && a.Language == "fr" {
		label = "Attente"
	}
	return label + " " + strconv.Itoa(slot)
}
