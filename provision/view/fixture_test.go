package view

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"
	_ "time/tzdata"

	"dialtone/provision/layout"
	"dialtone/store"
	"dialtone/store/record"
)

const provisioningToken = "Tok3nTok3nTok3nTok3nTok3nTok3n12"

// office is a store with one account: Ann at 1001 on a T46U with two lines, Bob at 1002 and 1003 (no primary
// extension), a W60B with a handset, and a template.
type office struct {
	store    *store.Store
	account  *record.Account
	ann, bob *record.User
	domain   *record.Domain
	template *record.ButtonTemplate
	phone    *record.Device
	base     *record.Device
	handset  *record.Device
}

func newOffice(t testing.TB) *office {
	t.Helper()
	s, err := store.Open(store.Config{Dir: t.TempDir(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	o := &office{store: s}
	if err := s.Update(t.Context(), o.fill); err != nil {
		t.Fatal(err)
	}
	return o
}

// fill creates the records; like every transaction it may run twice.
func (o *office) fill(tx *store.Tx) error {
	o.account = record.NewAccount()
	o.account.Name, o.account.Email, o.account.Timezone = "Acme", "it@acme.example.com", "America/New_York"
	o.account.ID = record.NewID(record.KindAccount, tx.Now())
	o.account.VoicemailNumber, o.account.EmergencyNumbers = "*97", []string{"555"}
	o.account.PhoneAdminSealed = o.store.Seal(o.account.ID, store.FieldAdminPassword, "Adm1nPassw0rd")
	if err := tx.Create(o.account); err != nil {
		return err
	}
	meta := record.Meta{Account: o.account.ID}
	create := func(r record.Record) error {
		r.Header().Account = meta.Account
		return tx.Create(r)
	}
	token := &record.Provisioning{Digest: record.DigestToken([]byte(provisioningToken)), GeneratedAt: tx.Now()}
	token.ID = record.NewID(record.KindProvisioning, tx.Now())
	token.Sealed = o.store.Seal(token.ID, store.FieldToken, provisioningToken)
	o.domain = record.NewDomain()
	o.domain.Domain = "acme.example.com"
	list := record.NewCredentialList()
	list.Name = "phones"
	o.ann, o.bob = person("Ann", "ann@acme.example.com"), person("Bob", "bob@acme.example.com")
	for _, r := range []record.Record{token, o.domain, list, o.ann, o.bob} {
		if err := create(r); err != nil {
			return err
		}
	}
	attachment := record.NewAttachment()
	attachment.Domain, attachment.List = o.domain.ID, list.ID
	if err := create(attachment); err != nil {
		return err
	}
	credential := func(name string) (*record.Credential, error) {
		c := record.NewCredential()
		c.ID, c.List, c.Username = record.NewID(record.KindCredential, tx.Now()), list.ID, name
		c.PasswordSealed = o.store.Seal(c.ID, store.FieldPassword, "S3cretPassw0rd-"+name)
		return c, create(c)
	}
	var credentials []*record.Credential
	for _, name := range []string{"u1", "u2", "u3"} {
		c, err := credential(name)
		if err != nil {
			return err
		}
		credentials = append(credentials, c)
	}
	for _, e := range []struct {
		number string
		user   *record.User
	}{{"1003", o.bob}, {"1002", o.bob}, {"1001", o.ann}} {
		ext := record.NewExtension()
		ext.Number, ext.Target = e.number, record.Target{Type: record.TargetUser, ID: e.user.ID}
		if err := create(ext); err != nil {
			return err
		}
	}
	o.template = record.NewButtonTemplate()
	o.template.Name = "Desk"
	o.template.Buttons = []record.Button{
		{Position: 3, Type: record.ButtonBLFExtension, Target: &record.ButtonTarget{User: o.bob.ID}},
		{Position: 4, Type: record.ButtonSpeedDial, Label: "Door", Target: &record.ButtonTarget{Destination: "200"}},
	}
	if err := create(o.template); err != nil {
		return err
	}
	o.phone, o.base, o.handset = record.NewDevice(), record.NewDevice(), record.NewDevice()
	o.phone.Type, o.phone.MAC, o.phone.Model, o.phone.ButtonTemplate = record.Deskphone, "80:5e:c0:00:00:01", "T46U", o.template.ID
	o.phone.Lines = []record.Line{
		{Line: 2, Credential: credentials[1].ID, Domain: o.domain.ID, Label: "Lobby"},
		{Line: 1, Credential: credentials[0].ID, Domain: o.domain.ID, User: o.ann.ID},
	}
	o.base.Type, o.base.MAC, o.base.Model = record.DECTBase, "80:5e:c0:00:00:02", "W60B"
	if err := create(o.phone); err != nil {
		return err
	}
	if err := create(o.base); err != nil {
		return err
	}
	o.handset.Type, o.handset.Base, o.handset.Slot, o.handset.Name = record.DECTHandset, o.base.ID, 2, "Warehouse"
	o.handset.Lines = []record.Line{{Line: 1, Credential: credentials[2].ID, Domain: o.domain.ID}}
	return create(o.handset)
}

func person(name, email string) *record.User {
	u := record.NewUser()
	u.Name, u.Email = name, email
	return u
}

// change writes one changed record.
func change[T record.Record](t *testing.T, o *office, id record.ID, fn func(T)) {
	t.Helper()
	err := o.store.Update(t.Context(), func(tx *store.Tx) error {
		r, err := store.Load[T](tx, id)
		if err != nil {
			return err
		}
		fn(r)
		return tx.Replace(r, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// builder is a builder on the office's store.
func (o *office) builder(fn ...func(*Config)) *Builder {
	cfg := Config{
		Secrets: o.store, SIP: Listeners{Host: "pbx.example.com", UDP: 5060, TCP: 5062, TLS: 5061}, URL: "https://phones.example.com/",
		Features: layout.Features{BLF: true}, Now: func() time.Time { return time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC) },
	}
	for _, f := range fn {
		f(&cfg)
	}
	return New(cfg)
}

// view runs fn on the device as it is stored now.
func (o *office) view(t *testing.T, id record.ID, fn func(v *store.View, d *record.Device)) {
	t.Helper()
	o.store.View(func(v *store.View) {
		d, ok := store.Get[*record.Device](v, id)
		if !ok {
			t.Errorf("no device %s", id)
			return
		}
		fn(v, d)
	})
}

// file renders a device into parameters.
func (o *office) file(t *testing.T, b *Builder, id record.ID, r Request) map[string]string {
	t.Helper()
	var data []byte
	o.view(t, id, func(v *store.View, d *record.Device) {
		var err error
		var hash uint64
		if data, hash, err = b.Render(v, d, r, nil); err != nil {
			t.Error(err)
		} else if hash != Hash(data) || hash == 0 {
			t.Errorf("hash %x", hash)
		}
	})
	return parameters(data)
}

// state tells the store what happened to a device.
func (o *office) state(ctx context.Context, d *record.Device, fn func(*record.DeviceState)) error {
	return o.store.Update(ctx, func(tx *store.Tx) error { return tx.PutState(d.ID, d.Account, fn) })
}
