package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"dialtone/store"
	"dialtone/store/record"
)

// shape is how large a fixture is: accounts with phones each. Every phone has two
// lines, a user and his extension, and the layout of its account's template.
type shape struct{ accounts, phones int }

const (
	linesPerPhone = 2
	templateKeys  = 20
	// keysFrom is the first position of the template; the lines stand before it.
	keysFrom = linesPerPhone + 1
	// batchPhones is how many phones are written in one transaction.
	batchPhones = 10
	// writers at once; a store has one committer, so more gain nothing.
	writers = 2
	// phonesPerList keeps a credential list within its limit.
	phonesPerList = record.MaxCredentialsPerList / linesPerPhone
	// firstExtension is the extension of an account's first phone; numbers have 5 digits.
	firstExtension  = 20_000
	extensionDigits = 5
	passwordLength  = record.GeneratedPassword
	model           = "T46U"
	timezone        = "America/New_York"
)

// devices is the number of phones.
func (s shape) devices() int { return s.accounts * s.phones }

// site is one account of a fixture.
type site struct {
	account  *record.Account
	token    string
	domain   *record.Domain
	template *record.ButtonTemplate
	lists    []*record.CredentialList
	// phone is the account's first phone.
	phone *record.Device
}

// openStore opens a data folder.
func openStore(dir string) (*store.Store, error) {
	return store.Open(store.Config{Dir: dir, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

// furnish fills a data folder and gives the first account.
func furnish(ctx context.Context, dir string, s shape) (first *site, err error) {
	st, err := openStore(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	for number := range s.accounts {
		one, err := settle(ctx, st, number, s.phones)
		if err != nil {
			return nil, fmt.Errorf("cannot fill account %d: %w", number, err)
		}
		if number == 0 {
			first = one
		}
	}
	return first, nil
}

// settle makes one account with its phones.
func settle(ctx context.Context, st *store.Store, number, phones int) (*site, error) {
	one := &site{token: store.NewToken()}
	if err := st.Update(ctx, func(tx *store.Tx) error { return one.found(tx, st, number, phones) }); err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for from := 0; from < phones; from += batchPhones {
		group.Go(func() error {
			return st.Update(ctx, func(tx *store.Tx) error {
				for n := from; n < min(from+batchPhones, phones); n++ {
					if err := one.equip(tx, st, number*phones+n, n); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	return one, group.Wait()
}

// found writes what the phones of an account share; like every transaction it may
// run twice.
func (o *site) found(tx *store.Tx, st *store.Store, number, phones int) error {
	a := record.NewAccount()
	a.ID = record.NewID(record.KindAccount, tx.Now())
	a.Name, a.Email, a.Timezone = fmt.Sprint("Site ", number), fmt.Sprintf("it@site%d.example.com", number), timezone
	a.ExtensionLength = extensionDigits
	a.PhoneAdminSealed = st.Seal(a.ID, store.FieldAdminPassword, store.NewPassword(passwordLength))
	o.account = a
	token := &record.Provisioning{Digest: record.DigestToken([]byte(o.token)), GeneratedAt: tx.Now()}
	token.ID = record.NewID(record.KindProvisioning, tx.Now())
	token.Sealed = st.Seal(token.ID, store.FieldToken, o.token)
	o.domain = record.NewDomain()
	o.domain.Domain = fmt.Sprintf("site%d.example.com", number)
	o.template = layout()
	all := []record.Record{token, o.domain, o.template}
	o.lists = o.lists[:0]
	for n := 0; n*phonesPerList < phones; n++ {
		list := record.NewCredentialList()
		list.Name = fmt.Sprint("Phones ", n)
		o.lists = append(o.lists, list)
		all = append(all, list)
	}
	if err := tx.Create(a); err != nil {
		return err
	}
	if err := o.create(tx, all...); err != nil {
		return err
	}
	for _, list := range o.lists {
		attachment := record.NewAttachment()
		attachment.Domain, attachment.List = o.domain.ID, list.ID
		if err := o.create(tx, attachment); err != nil {
			return err
		}
	}
	return nil
}

// layout is a template of speed dials.
func layout() *record.ButtonTemplate {
	t := record.NewButtonTemplate()
	t.Name = "Desk"
	for n := range templateKeys {
		t.Buttons = append(t.Buttons, record.Button{
			Position: keysFrom + n, Type: record.ButtonSpeedDial, Label: fmt.Sprint("Speed dial ", n+1),
			Target: &record.ButtonTarget{Destination: fmt.Sprintf("+1312555%04d", n)},
		})
	}
	return t
}

// equip writes phone n of the account, serial in the fixture, with its credentials,
// user and extension.
func (o *site) equip(tx *store.Tx, st *store.Store, serial, n int) error {
	user := record.NewUser()
	user.Name, user.Email = fmt.Sprint("User ", serial), fmt.Sprintf("user%d@example.com", serial)
	if err := o.create(tx, user); err != nil {
		return err
	}
	extension := record.NewExtension()
	extension.Number = fmt.Sprint(firstExtension + n)
	extension.Target = record.Target{Type: record.TargetUser, ID: user.ID}
	if err := o.create(tx, extension); err != nil {
		return err
	}
	d := record.NewDevice()
	d.Type, d.Model, d.ButtonTemplate = record.Deskphone, model, o.template.ID
	d.MAC = record.MAC{0x80, 0x5e, 0xc0, byte(serial >> 16), byte(serial >> 8), byte(serial)}.String()
	for line := 1; line <= linesPerPhone; line++ {
		c, err := o.credential(tx, st, n, line)
		if err != nil {
			return err
		}
		d.Lines = append(d.Lines, record.Line{Line: line, Credential: c.ID, Domain: o.domain.ID, User: user.ID})
	}
	if n == 0 {
		o.phone = d
	}
	return o.create(tx, d)
}

// credential writes what a line of phone n registers with.
func (o *site) credential(tx *store.Tx, st *store.Store, n, line int) (*record.Credential, error) {
	c := record.NewCredential()
	c.ID = record.NewID(record.KindCredential, tx.Now())
	c.List = o.lists[n/phonesPerList].ID
	c.Username = fmt.Sprintf("phone%d-%d", n, line)
	c.PasswordSealed = st.Seal(c.ID, store.FieldPassword, store.NewPassword(passwordLength))
	return c, o.create(tx, c)
}

func (o *site) create(tx *store.Tx, all ...record.Record) error {
	for _, r := range all {
		r.Header().Account = o.account.ID
		if err := tx.Create(r); err != nil {
			return err
		}
	}
	return nil
}

// path is where the account's first phone fetches its configuration.
func (o *site) path() string {
	mac, err := record.ParseMAC(o.phone.MAC)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("/p/%s/%x.cfg", o.token, mac[:])
}

// lasts is how long fn takes.
func lasts(fn func() error) (time.Duration, error) {
	start := time.Now()
	err := fn()
	return time.Since(start), err
}
