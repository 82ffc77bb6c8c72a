package record

import "time"

// Login is what a person proves who he is with: kept apart from the person, so that no
// record that is shown holds a password's hash.
type Login struct {
	Meta
	Person ID `json:"person" api:"readonly" doc:"The account manager or user."`
	// Hash is the password's, argon2id in the PHC string format, sealed: who gets hold of
	// the records alone has nothing to guess at.
	Hash []byte `json:"-" cbor:"hash"`
	// Temporary says that somebody else has chosen the password: nothing but another one
	// may be done with it, and not after ValidUntil.
	Temporary  bool      `json:"temporary" api:"readonly" doc:"Whether the password must be changed."`
	ValidUntil time.Time `json:"valid_until,omitzero" api:"readonly" doc:"When a temporary password ends."`
	ChangedAt  time.Time `json:"changed_at" api:"readonly" doc:"When the password was last set."`
	LastAt     time.Time `json:"last_login_at,omitzero" api:"readonly" doc:"When the person last logged in."`
}

// Kind names logins.
func (l *Login) Kind() Kind { return KindLogin }

// Unique is the person: he has one.
func (l *Login) Unique() []Unique {
	return []Unique{{Field: "person", Space: "login", Value: string(l.Person)}}
}

// References is the person, whose part the login is.
func (l *Login) References() []Reference { return ofPerson(l.Person) }

// Clone is a deep copy.
func (l *Login) Clone() Record { return deepCopy(l) }

// Validate checks the login alone.
func (l *Login) Validate() error {
	var p Problems
	checkPerson(l.Person, &p)
	if len(l.Hash) == 0 {
		p.Add("hash", CodeRequired, "must not be empty")
	}
	return p.Err()
}

// Usable says whether the password opens anything at now.
func (l *Login) Usable(now time.Time) bool {
	return l.ValidUntil.IsZero() || now.Before(l.ValidUntil)
}

// ofPerson is the reference of what is a part of a person.
func ofPerson(person ID) []Reference {
	var r refs
	r.own("person", person.Kind(), person)
	return r
}

func checkPerson(person ID, p *Problems) {
	if k := person.Kind(); k != KindManager && k != KindUser {
		p.Add("person", CodeInvalid, "must be an account manager or a user")
	}
}
