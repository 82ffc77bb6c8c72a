package event

import (
	"slices"
	"strings"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// Directory says what can be watched, and by whom. Its methods must not wait.
type Directory interface {
	// Resolve is what name@host means within an account; false when it means nothing,
	// or something of another account's.
	Resolve(account record.ID, name, host string) (Resource, bool)
	// Allowed tells whether a subscriber, user@domain, is one of the account's at now.
	Allowed(account record.ID, aor string, now time.Time) bool
}

// Resource is what can be watched.
type Resource struct {
	Sources []Source // whose dialogs are its own; none for a mailbox
	// Standing is a state that records alone decide, shown instead of dialogs: Early,
	// Confirmed or Terminated. Trying is none.
	Standing  State
	Name      string // as people know it
	Voicemail string // the number that leads to the account's messages, if any
}

func (r *Resource) equal(o *Resource) bool {
	return r.Name == o.Name && r.Standing == o.Standing && r.Voicemail == o.Voicemail && slices.Equal(r.Sources, o.Sources)
}

// Records is the [Directory] of a store.
type Records struct{ Store *store.Store }

// Resolve finds an extension, a phone's user name, a park slot, an agent of a queue or the
// number of the voicemail.
func (r Records) Resolve(account record.ID, name, host string) (res Resource, ok bool) {
	r.Store.View(func(v *store.View) {
		a, known := v.Account(account)
		d, served := v.Domain([]byte(host))
		if !known || served && d.Account != account {
			return
		}
		res.Voicemail = a.VoicemailNumber
		if e, found := v.ExtensionByNumber(account, name); found {
			res.Sources, res.Name, ok = extension(v, e)
			return
		}
		if u, found := v.SIPUser([]byte(strings.ToLower(host)), []byte(strings.ToLower(name))); found {
			res.Sources, ok = []Source{Line(u.Credential.Username + "@" + u.Domain.Domain)}, true
			return
		}
		if slot, found := dialledSlot(a, name); found {
			res.Sources, ok = []Source{Park(account, slot)}, true
			return
		}
		if agent, found := dialledAgent(v, a, name); found {
			res.Sources, res.Name, res.Standing, ok = agent.Sources, agent.Name, agent.Standing, true
			return
		}
		ok = name != "" && (name == a.VoicemailNumber || name == a.FeatureCodes["voicemail"])
	})
	return res, ok
}

// extension is whose dialogs light an extension: those of the person's phones, of the
// line, of who waits in the queue, or of whatever phones ring for it.
func extension(v *store.View, e *record.Extension) (sources []Source, name string, ok bool) {
	switch e.Target.Type {
	case record.TargetUser:
		for _, l := range v.LinesOf(e.Target.ID) {
			sources = append(sources, Line(l.AOR()))
		}
		slices.Sort(sources)
		if u, found := store.Get[*record.User](v, e.Target.ID); found {
			name = u.Name
		}
	case record.TargetDeviceLine:
		if l, found := v.DeviceLine(e.Target.ID, e.Target.Line); found {
			sources, name = []Source{Line(l.AOR())}, l.Line.Label
		}
	case record.TargetCallQueue:
		sources = []Source{Queue(e.Target.ID)}
		if q, found := store.Get[*record.CallQueue](v, e.Target.ID); found {
			name = q.Name
		}
	case record.TargetPark:
		sources = slots(e.Account, e.Target.First, e.Target.Last)
	}
	if len(sources) == 0 {
		sources = []Source{Extension(e.ID)}
	}
	return sources, name, true
}

// Allowed tells whether the credential may be used and is attached to the domain.
func (r Records) Allowed(account record.ID, aor string, now time.Time) (ok bool) {
	at := strings.LastIndexByte(aor, '@')
	if at < 0 {
		return false
	}
	r.Store.View(func(v *store.View) {
		u, found := v.SIPUser([]byte(aor[at+1:]), []byte(aor[:at]))
		ok = found && u.Credential.Account == account && u.Credential.Usable(now)
	})
	return ok
}
