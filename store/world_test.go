package store

import (
	"errors"
	"fmt"
	"testing"

	"dialtone/store/record"
)

// world is an account with one of everything, in a store.
type world struct {
	*Store
	t *testing.T
	office
}

// office are the records of one account.
type office struct {
	account    *record.Account
	location   *record.Location
	user       *record.User
	domain     *record.Domain
	list       *record.CredentialList
	attachment *record.Attachment
	credential *record.Credential
	template   *record.ButtonTemplate
	device     *record.Device
	extension  *record.Extension
	token      *record.Provisioning
}

const password = "Correct4Horses"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Store: open(t, t.TempDir()), t: t}
	w.office = w.open(1)
	return w
}

// open founds account number n.
func (w *world) open(n int) (o office) {
	w.t.Helper()
	update(w.t, w.Store, func(tx *Tx) (err error) {
		o, err = found(tx, n)
		return err
	})
	return o
}

// found creates account number n with one of everything.
func found(tx *Tx, n int) (o office, err error) {
	o.account = account()
	o.account.Name = fmt.Sprint("Acme ", n)
	err = tx.Create(o.account)
	id := o.account.ID

	o.location = record.NewLocation()
	o.location.Account, o.location.Name = id, "Head office"
	o.location.Address = record.Address{HouseNumber: "1", Street: "Main", City: "Chicago", State: "IL", Zip: "60601", Country: "US"}
	err = errors.Join(err, tx.Create(o.location))

	o.user = record.NewUser()
	o.user.Account, o.user.Name, o.user.Email = id, "Ann", fmt.Sprintf("ann%d@acme.example", n)
	o.user.Location = o.location.ID
	err = errors.Join(err, tx.Create(o.user))

	o.domain = record.NewDomain()
	o.domain.Account, o.domain.Domain = id, fmt.Sprintf("pbx%d.example", n)
	err = errors.Join(err, tx.Create(o.domain))

	o.list = list(id, "Phones")
	err = errors.Join(err, tx.Create(o.list))
	o.credential = tx.credential(o.list, "ann")
	err = errors.Join(err, tx.Create(o.credential))
	o.attachment = attachment(o.domain, o.list)
	err = errors.Join(err, tx.Create(o.attachment))

	o.template = record.NewButtonTemplate()
	o.template.Account, o.template.Name = id, "Desk"
	o.template.Buttons = []record.Button{{Position: 1, Type: record.ButtonIntercom, Target: &record.ButtonTarget{User: o.user.ID}}}
	err = errors.Join(err, tx.Create(o.template))

	o.device = phone(id, fmt.Sprintf("805ec0%06x", n))
	o.device.Lines = []record.Line{{Credential: o.credential.ID, Domain: o.domain.ID, User: o.user.ID}}
	o.device.ButtonTemplate = o.template.ID
	err = errors.Join(err, tx.Create(o.device))

	o.extension = extension(id, "1001", record.Target{Type: record.TargetUser, ID: o.user.ID})
	err = errors.Join(err, tx.Create(o.extension))

	o.token = &record.Provisioning{Digest: record.DigestToken(fmt.Append(nil, "token", n)), Sealed: []byte("sealed")}
	o.token.Account = id
	return o, errors.Join(err, tx.Create(o.token))
}

func list(account record.ID, name string) *record.CredentialList {
	l := record.NewCredentialList()
	l.Account, l.Name = account, name
	return l
}

// credential is a credential of the list, not created yet.
func (tx *Tx) credential(l *record.CredentialList, name string) *record.Credential {
	c := record.NewCredential()
	c.ID = record.NewID(record.KindCredential, tx.Now())
	c.Account, c.List, c.Username = l.Account, l.ID, name
	c.PasswordSealed = tx.store.Seal(c.ID, FieldPassword, password)
	return c
}

func attachment(d *record.Domain, l *record.CredentialList) *record.Attachment {
	a := record.NewAttachment()
	a.Account, a.Domain, a.List = d.Account, d.ID, l.ID
	return a
}

func phone(account record.ID, mac string) *record.Device {
	d := record.NewDevice()
	d.Account, d.Type, d.MAC, d.Model = account, record.Deskphone, mac, "T46U"
	return d
}

func extension(account record.ID, number string, target record.Target) *record.Extension {
	e := record.NewExtension()
	e.Account, e.Number, e.Target = account, number, target
	return e
}

// refused wants fn to be refused and gives the verdict: the codes of problems and
// conflicts as "field:code", or the error's text.
func (w *world) refused(fn func(*Tx) error) string {
	w.t.Helper()
	return verdictOf(w.Update(w.t.Context(), fn))
}

func verdictOf(err error) string {
	var problems record.Problems
	var clash *Conflict
	switch {
	case err == nil:
		return "accepted"
	case errors.As(err, &clash):
		return clash.Field + ":" + clash.Code
	case errors.As(err, &problems):
		return problems[0].Field + ":" + problems[0].Code
	}
	return err.Error()
}
