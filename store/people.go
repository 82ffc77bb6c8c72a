package store

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dialtone/store/record"
)

// peopleIndex finds people by what they log in with. What belongs to a person (login,
// sessions, invitations) is listed under the person.
type peopleIndex struct {
	emails         map[string]record.Record // managers and users, by address in lower case
	logins         map[record.ID]*record.Login
	sessions       map[record.TokenDigest]*record.Session
	invitations    map[record.TokenDigest]*record.Invitation
	administrators map[record.ID]*record.Manager
	managers       int
}

func newPeopleIndex() peopleIndex {
	return peopleIndex{
		emails:         map[string]record.Record{},
		logins:         map[record.ID]*record.Login{},
		sessions:       map[record.TokenDigest]*record.Session{},
		invitations:    map[record.TokenDigest]*record.Invitation{},
		administrators: map[record.ID]*record.Manager{},
	}
}

// derive adds a record of somebody, or removes it.
func (x *peopleIndex) derive(r record.Record, add bool) {
	switch r := r.(type) {
	case *record.User:
		derived(x.emails, strings.ToLower(r.Email), record.Record(r), add)
	case *record.Manager:
		derived(x.emails, strings.ToLower(r.Email), record.Record(r), add)
		if r.Administrator {
			derived(x.administrators, r.ID, r, add)
		}
		if add {
			x.managers++
		} else {
			x.managers--
		}
	case *record.Login:
		derived(x.logins, r.Person, r, add)
	case *record.Session:
		derived(x.sessions, r.Digest, r, add)
	case *record.Invitation:
		derived(x.invitations, r.Digest, r, add)
	}
}

// derived adds a record to a table under its key. Under the same key another record may
// have come before this one is removed: it stays.
func derived[K comparable, R record.Record](table map[K]R, key K, r R, add bool) {
	if add {
		table[key] = r
	} else if there, ok := table[key]; ok && there.Header().ID == r.Header().ID {
		delete(table, key)
	}
}

// PersonByEmail is the account manager or user with that address, ignoring case.
func (v *View) PersonByEmail(email string) (record.Record, bool) {
	r, ok := v.x.people.emails[strings.ToLower(email)]
	return r, ok
}

// Login is what a person logs in with.
func (v *View) Login(person record.ID) (*record.Login, bool) {
	l, ok := v.x.people.logins[person]
	return l, ok
}

// Session is the session whose token has the digest, unless it is over at now.
func (v *View) Session(d record.TokenDigest, now time.Time) (*record.Session, bool) {
	s, ok := v.x.people.sessions[d]
	if !ok || !now.Before(s.Ends()) {
		return nil, false
	}
	return s, true
}

// Sessions are a person's, the oldest first.
func (v *View) Sessions(person record.ID) (list []*record.Session) {
	Each(v, person, func(s *record.Session) bool { list = append(list, s); return true })
	return list
}

// Invitation is the one whose token has the digest, unless it is over at now.
func (v *View) Invitation(d record.TokenDigest, now time.Time) (*record.Invitation, bool) {
	i, ok := v.x.people.invitations[d]
	if !ok || !now.Before(i.ExpiresAt) {
		return nil, false
	}
	return i, true
}

// Administrators are those of the platform, with and without an account, by identifier.
func (v *View) Administrators() []*record.Manager { return sorted(v.x.people.administrators) }

// Managers is how many account managers and administrators there are in all.
func (v *View) Managers() int { return v.x.people.managers }

// ChildrenOf are the records that are a part of a person: login, sessions, invitations.
func (tx *Tx) ChildrenOf(person record.ID) (list []record.Record, err error) {
	referrers, err := tx.referrers(person)
	if err != nil {
		return nil, err
	}
	for _, f := range referrers {
		if !f.owner {
			continue
		}
		r, err := tx.load(f.id)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b record.Record) int { return cmp.Compare(a.Header().ID, b.Header().ID) })
	return list, nil
}

// LoginOf is what a person logs in with, nil when he cannot.
func (tx *Tx) LoginOf(person record.ID) (*record.Login, error) {
	parts, err := tx.ChildrenOf(person)
	if err != nil {
		return nil, err
	}
	for _, r := range parts {
		if l, is := r.(*record.Login); is {
			return l, nil
		}
	}
	return nil, nil
}

// EndSessions ends those of a person but the one to keep, if any.
func (tx *Tx) EndSessions(person, keep record.ID) error {
	return tx.dropParts(person, func(r record.Record) bool {
		return r.Kind() == record.KindSession && r.Header().ID != keep
	})
}

// EndInvitations makes a person's links worthless.
func (tx *Tx) EndInvitations(person record.ID) error {
	return tx.dropParts(person, func(r record.Record) bool { return r.Kind() == record.KindInvitation })
}

func (tx *Tx) dropParts(person record.ID, which func(record.Record) bool) error {
	parts, err := tx.ChildrenOf(person)
	if err != nil {
		return err
	}
	for _, r := range parts {
		if which(r) {
			if err := tx.Delete(r.Header().ID, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// Owner is the account's owner, nil while it has none.
func (tx *Tx) Owner(account record.ID) (*record.Manager, error) {
	probe := record.Manager{Role: record.RoleOwner, Meta: record.Meta{Account: account}}
	for _, u := range probe.Unique() {
		if u.Space != "owner" {
			continue
		}
		r, err := tx.owner(uniqueKey(u), "")
		if m, is := r.(*record.Manager); is && err == nil {
			return m, nil
		}
		return nil, err
	}
	return nil, nil
}

// releaseAdministrators takes the platform's administrators out of an account that is
// deleted: they go on without one.
func (tx *Tx) releaseAdministrators(account record.ID) error {
	var going []*record.Manager
	err := each(tx, account, func(m *record.Manager) error {
		if m.Administrator {
			going = append(going, m)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, m := range going {
		if err := tx.release(m); err != nil {
			return err
		}
	}
	return nil
}

// release takes one administrator out of his account, with what is a part of him.
func (tx *Tx) release(m *record.Manager) error {
	parts, err := tx.ChildrenOf(m.ID)
	if err != nil {
		return err
	}
	released := m.Clone().(*record.Manager)
	released.Account, released.Role = "", record.RoleAdministrator
	if err := tx.write(m, released); err != nil {
		return err
	}
	for _, part := range parts {
		moved := part.Clone()
		moved.Header().Account = ""
		if err := tx.write(part, moved); err != nil {
			return err
		}
	}
	return nil
}
