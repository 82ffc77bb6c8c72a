package route

import (
	"slices"
	"time"

	"dialtone/store/record"
)

// Follow says where a call goes on after the plan of d has ended with an outcome. The records are read anew: what
// changed while it rang counts. A Decision to refuse carries the outcome's own status when the call goes nowhere, or
// back to where it has been; of a call with kind Trunk the carrier's own status tells more.
func Follow(dir Directory, d Decision, o Outcome, now time.Time) Decision {
	r := resume(dir, d, now)
	var hop *Hop
	if d.Plan != nil {
		hop = d.Plan.next(o)
	}
	if hop == nil || r.account == nil {
		r.refuse(o.refused())
		return r.d
	}
	r.take(hop, o.diversion())
	if r.d.Kind == Refuse && r.d.Refusal.Reason == record.ReasonLoop {
		r.refuse(o.refused())
	}
	return r.d
}

// Redirect says where a call goes on that a phone of the plan of d answered with 302: dialled is the user part of the
// Contact, by names the phone.
func Redirect(dir Directory, d Decision, by Target, dialled string, now time.Time) Decision {
	r := resume(dir, d, now)
	if r.account == nil {
		r.refuse(refusedStranger)
		return r.d
	}
	from := Diversion{Reason: DivertedByPhone}
	if u := dir.User(by.User); by.User != "" && u != nil {
		from = r.diversionBy(u, DivertedByPhone)
	}
	r.lead(from, dialled)
	return r.d
}

// resume takes a decision up again.
func resume(dir Directory, d Decision, now time.Time) router {
	r := router{dir: dir, now: now, account: dir.Account(d.Account), d: d, led: true}
	r.d.Plan, r.d.Feature, r.d.Queue, r.d.Refusal = nil, nil, "", Refusal{}
	if d.Number != "" {
		if n := dir.NumberByID(d.Number); n != nil {
			r.prefix = n.CallerIDPrefix
		}
	}
	return r
}

// take leads the call on by a hop.
func (r *router) take(hop *Hop, reason string) {
	if hop.Target != nil {
		by := Diversion{Group: hop.Group, Queue: hop.Queue, Reason: reason}
		if g := r.dir.RingGroup(hop.Group); g != nil {
			by.Name = g.Name
		} else if q := r.dir.CallQueue(hop.Queue); q != nil {
			by.Name = q.Name
		}
		r.overflow(by, hop.Target)
		return
	}
	u := r.dir.User(hop.User)
	if u == nil {
		r.refuse(refusedNoTarget)
		return
	}
	r.forward(u, hop.Destination, reason)
}

// forward leads the call where a user sends it.
func (r *router) forward(u *record.User, destination, reason string) {
	r.lead(r.diversionBy(u, reason), destination)
}

// lead leads the call to what is dialled in somebody's name. Feature codes are dialled by people only, but for the
// voicemail's; nobody leads a call to an emergency number.
func (r *router) lead(by Diversion, destination string) {
	by.To = destination
	digits, ok := clean(destination)
	if ok && r.helpless(destination) {
		r.refuse(refusedEmergency)
		return
	}
	if code := r.account.FeatureCodes[FeatureVoicemail]; code != "" && digits == code {
		if digits, ok = clean(r.account.VoicemailNumber); !ok {
			r.refuse(refusedNotAvailable)
			return
		}
	}
	if !ok || digits[0] == '*' {
		r.refuse(refusedNotFound)
		return
	}
	if r.divert(by) {
		r.led = true
		r.call(digits)
	}
}

// divert notes a diversion; false when there have been too many.
func (r *router) divert(by Diversion) bool {
	if r.d.Diverted >= MaxDiversions {
		r.refuse(refusedTooFar)
		return false
	}
	r.d.Diverted++
	r.d.Diversions = append(slices.Clip(r.d.Diversions), by)
	return true
}

// diversionBy is a diversion by a user: shown as the number that was called, else the one the user's calls show.
func (r *router) diversionBy(u *record.User, reason string) Diversion {
	by := Diversion{User: u.ID, Extension: r.userExtension(u), Name: u.Name, Reason: reason}
	if len(r.d.Diversions) == 0 {
		by.Number = r.calledNumber()
	}
	if by.Number == "" {
		if n := r.ownOf(&Identity{User: u.ID}); n != nil {
			by.Number = n.Number
		} else if n := r.ownDefault(); n != nil {
			by.Number = n.Number
		}
	}
	return by
}

// calledNumber is the account's number that was called, E.164; empty when an extension was.
func (r *router) calledNumber() string {
	if r.d.Number == "" {
		return ""
	}
	if n := r.dir.NumberByID(r.d.Number); n != nil {
		return n.Number
	}
	return ""
}
