package admin

import (
	"cmp"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"reflect"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// offerView is what a link's page says before it is used.
type offerView struct {
	Kind         string    `json:"kind" doc:"invitation, reset or first_login."`
	Email        string    `json:"email" doc:"Who it is for; empty for the first login."`
	Name         string    `json:"name" doc:"His name."`
	AccountName  string    `json:"account_name" doc:"The account he belongs to."`
	Language     string    `json:"language" doc:"en or fr."`
	NeedsAccount bool      `json:"needs_account" doc:"Whether an account must be named, which is created with him."`
	ExpiresAt    time.Time `json:"expires_at" doc:"When the link ends."`
}

// acceptInput uses a link.
type acceptInput struct {
	Password    string `json:"password" api:"writeonly" doc:"The password: at least 12 characters."`
	Name        string `json:"name" doc:"Full name; required for the first login, else what is known when absent."`
	Email       string `json:"email" doc:"E-mail address; for the first login only."`
	AccountName string `json:"account_name" doc:"Name of the first account; for the first login only, where one is needed."`
	Language    string `json:"language" doc:"en or fr; what is known when absent."`
}

func invitationOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: "/v1/invitations/{token}", event: "invitation.read", open: true,
			summary: "Shows what a link from a mail is for. One that is used, over or unknown is not found.",
			answer:  typeOf[*offerView](), status: http.StatusOK, handle: handleOffer,
		},
		{
			method: http.MethodPost, path: "/v1/invitations/{token}", event: "invitation.accept", open: true,
			summary: "Uses a link, once: sets the password and logs in.",
			body:    []reflect.Type{typeOf[acceptInput]()}, required: []string{"password"},
			answer: typeOf[*sessionView](), status: http.StatusOK, handle: handleAccept,
		},
	}
}

// invitation is the one the path's token opens.
func (c *call) invitation(v *store.View) (*record.Invitation, bool) {
	i, live := v.Invitation(record.DigestToken([]byte(c.r.PathValue("token"))), c.server.now())
	if live && i.Purpose == record.InviteFirst && v.Managers() > 0 {
		return nil, false // somebody has got in another way: it is nobody's any more
	}
	return i, live
}

func handleOffer(c *call) (*answer, error) {
	shown, found := &offerView{Language: "en"}, false
	c.view(func(v *store.View) {
		i, live := c.invitation(v)
		if !live {
			return
		}
		p := person{account: i.Account, language: "en"}
		if i.Purpose != record.InviteFirst {
			r, there := personIn(v, i.Person)
			if !there {
				return
			}
			p.described(r)
		} else {
			shown.NeedsAccount = i.Account == "" && store.Count[*record.Account](v, "") == 0
		}
		found = true
		c.account, c.resource = p.account, p.id
		shown.Kind, shown.Email, shown.Name, shown.Language, shown.ExpiresAt = i.Purpose, p.email, p.name, p.language, i.ExpiresAt
		if a, has := v.Account(p.account); has {
			shown.AccountName = a.Name
		}
	})
	if !found {
		return nil, notFound()
	}
	return ok(shown), nil
}

func handleAccept(c *call) (*answer, error) {
	var in acceptInput
	if err := c.readInto(&in); err != nil {
		return nil, err
	}
	var i *record.Invitation
	var who record.Record
	c.view(func(v *store.View) {
		var live bool
		if i, live = c.invitation(v); live {
			c.account, c.resource = i.Account, i.Person
			who, _ = personIn(v, i.Person)
		}
	})
	if i == nil {
		return nil, notFound()
	}
	p := person{name: in.Name, email: in.Email}
	if who != nil {
		p.described(who)
	}
	if err := in.check(i, &p); err != nil {
		return nil, err
	}
	hash, err := c.server.hasher.hash(c.r.Context(), in.Password)
	if err != nil {
		return nil, err
	}
	if i.Purpose == record.InviteFirst {
		return c.acceptFirst(i, &in, hash)
	}
	return c.accept(i, &in, hash)
}

// check refuses what does not go with the invitation.
func (in *acceptInput) check(i *record.Invitation, p *person) error {
	var problems record.Problems
	checkOwnPassword(&problems, "password", in.Password, cmp.Or(in.Name, p.name), p.email)
	if i.Purpose != record.InviteFirst {
		if in.Email != "" && in.Email != p.email {
			problems.Add("email", record.CodeReadOnly, "cannot be set")
		}
		if in.AccountName != "" {
			problems.Add("account_name", record.CodeReadOnly, "cannot be set")
		}
	}
	return problems.Err()
}

// takeInvitation uses an invitation up: who comes second finds nothing.
func takeInvitation(tx *store.Tx, i *record.Invitation) error {
	now, err := store.Load[*record.Invitation](tx, i.ID)
	if err != nil {
		return err
	}
	if !tx.Now().Before(now.ExpiresAt) {
		return store.ErrNotFound
	}
	return tx.Delete(i.ID, 0)
}

// accept lets a person who was invited, or has forgotten his password, choose one.
func (c *call) accept(i *record.Invitation, in *acceptInput, hash string) (*answer, error) {
	return c.logIn(i.Person, func(tx *store.Tx) ([]record.FieldChange, error) {
		if err := takeInvitation(tx, i); err != nil {
			return nil, err
		}
		changes, err := in.rename(tx, i.Person)
		if err != nil {
			return nil, err
		}
		return append(changes, passwordChanged()...), c.setPassword(tx, i.Person, hash)
	})
}

// rename takes over the name and the language a person gives himself, and returns what
// that changes.
func (in *acceptInput) rename(tx *store.Tx, id record.ID) ([]record.FieldChange, error) {
	who, err := loadPerson(tx, id)
	if err != nil {
		return nil, err
	}
	before := who.Clone()
	switch who := who.(type) {
	case *record.Manager:
		who.Name, who.Language = cmp.Or(in.Name, who.Name), cmp.Or(in.Language, who.Language)
	case *record.User:
		who.Name, who.Language = cmp.Or(in.Name, who.Name), cmp.Or(in.Language, who.Language)
	}
	changes := differences(before, who)
	return changes, tx.Replace(who, 0)
}

// setPassword gives a person a password of his own, whether he has had one or not.
func (c *call) setPassword(tx *store.Tx, id record.ID, hash string) error {
	login, err := tx.LoginOf(id)
	if err != nil {
		return err
	}
	if login != nil {
		return c.settle(tx, login, hash, "")
	}
	who, err := loadPerson(tx, id)
	if err != nil {
		return err
	}
	login = newLogin(tx, who)
	login.Hash, login.ChangedAt = c.server.Store.Seal(login.ID, store.FieldPassword, hash), tx.Now()
	if err := tx.Create(login); err != nil {
		return err
	}
	return tx.EndInvitations(id)
}

// newLogin is a person's first login, without a password yet.
func newLogin(tx *store.Tx, who record.Record) *record.Login {
	login := &record.Login{Person: who.Header().ID}
	login.ID, login.Account = record.NewID(login.Kind(), tx.Now()), who.Header().Account
	return login
}

// acceptFirst makes the first person: administrator of the platform, and owner of the
// account that has none yet. Without any account one is made.
func (c *call) acceptFirst(i *record.Invitation, in *acceptInput, hash string) (*answer, error) {
	m := &record.Manager{Name: in.Name, Email: in.Email, Language: cmp.Or(in.Language, "en"), Administrator: true}
	a, err := c.change(func(tx *store.Tx) (effect, error) {
		if err := takeInvitation(tx, i); err != nil {
			return effect{}, err
		}
		account, err := c.firstAccount(tx, i, in)
		if err != nil {
			return effect{}, err
		}
		m.ID = record.NewID(m.Kind(), tx.Now())
		if m.Account, m.Role = account, record.RoleOwner; account == "" {
			m.Role = record.RoleAdministrator
		}
		if err := tx.Create(m); err != nil {
			return effect{}, err
		}
		if err := c.setPassword(tx, m.ID, hash); err != nil {
			return effect{}, err
		}
		return c.begin(tx, m.ID, append(differences(nil, m), passwordChanged()...))
	})
	if err == nil && c.server.FirstLogin != "" {
		if err := os.Remove(c.server.FirstLogin); err != nil && !errors.Is(err, fs.ErrNotExist) {
			c.server.log.Warn("cannot remove the used first-login link", "err", err)
		}
	}
	return a, err
}

// firstAccount is the account the first person owns: the invitation's, a new one of the
// name he gives, or the only one there is if nobody owns it; "" is none.
func (c *call) firstAccount(tx *store.Tx, i *record.Invitation, in *acceptInput) (record.ID, error) {
	if i.Account != "" {
		owner, err := tx.Owner(i.Account)
		if owner != nil || err != nil {
			return "", err
		}
		return i.Account, nil
	}
	var only record.ID
	count := 0
	c.view(func(v *store.View) {
		count = store.Count[*record.Account](v, "")
		for _, a := range store.List[*record.Account](v, "", "", 1) {
			only = a.ID
		}
	})
	switch {
	case in.AccountName != "":
		return c.newAccount(tx, in)
	case count == 0:
		var p record.Problems
		p.Add("account_name", record.CodeRequired, "must not be empty: there is no account yet")
		return "", p.Err()
	case count > 1:
		return "", nil
	}
	if owner, err := tx.Owner(only); owner != nil || err != nil {
		return "", err
	}
	return only, nil
}

// newAccount makes the account of the first person, as the API would.
func (c *call) newAccount(tx *store.Tx, in *acceptInput) (record.ID, error) {
	a := record.NewAccount()
	a.ID = record.NewID(a.Kind(), tx.Now())
	a.Name, a.Email, a.PrimaryContactName, a.Language = in.AccountName, in.Email, in.Name, cmp.Or(in.Language, "en")
	of := &input[*record.Account]{create: true, record: a, extra: &accountSecrets{}}
	if _, err := prepareAccount(c, tx, of); err != nil {
		return "", err
	}
	if err := tx.Create(a); err != nil {
		return "", renamed(err, "name", "account_name")
	}
	entry := c.entry(record.OutcomeSuccess)
	entry.Event, entry.Resource, entry.Changes = "account.create", a.ID, differences(nil, a)
	return a.ID, tx.Audit(a.ID, entry)
}

// renamed tells of a problem with a record's field under the name it has in the request.
func renamed(err error, from, to string) error {
	var problems record.Problems
	if !errors.As(err, &problems) {
		return err
	}
	for i := range problems {
		if problems[i].Field == from {
			problems[i].Field = to
		}
	}
	return problems
}
