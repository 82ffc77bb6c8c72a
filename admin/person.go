package admin

import (
	"dialtone/store"
	"dialtone/store/record"
)

// person is somebody who has logged in, as his records say now: what is taken from him is
// gone with the next request.
type person struct {
	id                    record.ID
	account               record.ID // "" of an administrator without one
	name, email, language string
	role                  string
	administrator         bool
	accountName           string
	login                 *record.Login
	session               *record.Session
	token                 string // of the session
}

// described takes over what a record says of a person. It reports false for what is none.
func (p *person) described(r record.Record) bool {
	p.id, p.account = r.Header().ID, r.Header().Account
	switch r := r.(type) {
	case *record.Manager:
		p.name, p.email, p.language, p.role, p.administrator = r.Name, r.Email, r.Language, r.Role, r.Administrator
	case *record.User:
		p.name, p.email, p.language, p.role = r.Name, r.Email, r.Language, record.RoleUser
	default:
		return false
	}
	return true
}

// personIn is the account manager or user with that identifier.
func personIn(v *store.View, id record.ID) (record.Record, bool) {
	if m, found := store.Get[*record.Manager](v, id); found {
		return m, true
	}
	if u, found := store.Get[*record.User](v, id); found {
		return u, true
	}
	return nil, false
}

// loadPerson is the same within a transaction.
func loadPerson(tx *store.Tx, id record.ID) (record.Record, error) {
	if id.Kind() == record.KindUser {
		return store.Load[*record.User](tx, id)
	}
	return store.Load[*record.Manager](tx, id)
}

// personOf is who a session's token belongs to, nil for nobody.
func (s *Server) personOf(token string) *person {
	if token == "" {
		return nil
	}
	digest, now := record.DigestToken([]byte(token)), s.now()
	p := &person{token: token}
	known := false
	s.Store.View(func(v *store.View) {
		session, live := v.Session(digest, now)
		if !live {
			return
		}
		r, found := personIn(v, session.Person)
		login, has := v.Login(session.Person)
		if found && has && p.described(r) {
			p.session, p.login, known = session, login, true
			if a, has := v.Account(p.account); has {
				p.accountName = a.Name
			}
		}
	})
	if !known {
		return nil
	}
	return p
}

// mustChange says whether the person's password was chosen by somebody else.
func (p *person) mustChange() bool { return p.login.Temporary }

// actor is the person as the audit log of an account names him.
func (p *person) actor(account record.ID) record.Actor {
	a := record.Actor{Type: record.ActorManager, ID: p.id, Name: p.name, Email: p.email}
	switch {
	case p.role == record.RoleUser:
		a.Type = record.ActorUser
	case p.administrator && p.account != account, p.role == record.RoleAdministrator:
		a.Type = record.ActorAdministrator
	}
	return a
}
