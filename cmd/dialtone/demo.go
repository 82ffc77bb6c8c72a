package main

import (
	"context"
	"fmt"

	"dialtone/store"
	"dialtone/store/record"
)

// demoAccount is the name of the account --demo makes and looks for.
const demoAccount = "Demo"

// makeDemo creates the demo account in an empty store. It returns the one that is there,
// "" without any.
func (d *daemon) makeDemo(ctx context.Context) (record.ID, error) {
	var account *record.Account
	empty := true
	d.store.View(func(v *store.View) {
		store.Each(v, "", func(a *record.Account) bool {
			empty = false
			if a.Name == demoAccount && account == nil {
				account = a
			}
			return account == nil
		})
	})
	if empty {
		m := newDemo(d.store, d.demoHost())
		if err := d.store.Update(ctx, m.create); err != nil {
			return "", fmt.Errorf("cannot create the demo account: %w", err)
		}
		account = m.account
	}
	if account == nil {
		d.log.Warn("no demo account: the store is not empty")
		return "", nil
	}
	return account.ID, nil
}

// demoHost is the machine's own address, as phones reach the SIP listener.
func (d *daemon) demoHost() string {
	if host := sipHost(d.cfg.SIP.Advertised, d.edge.Addrs()); host != "" {
		return host
	}
	return ownAddress().String()
}

// demoPhones are the phones of the demo's two users.
var demoPhones = [...]struct{ user, email, extension, model, mac string }{
	{"Ada Front", "ada@demo.invalid", "1001", "T46U", "80:5e:c0:00:10:01"},
	{"Ben Back", "ben@demo.invalid", "1002", "T54W", "80:5e:c0:00:10:02"},
}

// demo is the account's records in the making. A transaction may run again, so all
// that is random is made before.
type demo struct {
	store     *store.Store
	host      string
	token     string
	admin     string
	passwords [len(demoPhones)]string
	account   *record.Account
}

func newDemo(s *store.Store, host string) *demo {
	const adminLength = 16
	m := &demo{store: s, host: host, token: store.NewToken(), admin: store.NewPassword(adminLength)}
	for i := range m.passwords {
		m.passwords[i] = store.NewPassword(record.GeneratedPassword)
	}
	return m
}

// create writes everything in one transaction.
func (m *demo) create(tx *store.Tx) error {
	a := record.NewAccount()
	m.account = a
	a.ID = record.NewID(a.Kind(), tx.Now())
	a.Name, a.Email, a.PhoneAdminUser = demoAccount, "owner@demo.invalid", "admin"
	a.PhoneAdminSealed = m.store.Seal(a.ID, store.FieldAdminPassword, m.admin)
	location := record.NewLocation()
	location.Name = "Head office"
	location.Address = record.Address{
		HouseNumber: "350", Street: "5th", StreetSuffix: "Ave", City: "New York", State: "NY", Zip: "10118", Country: "US",
	}
	domain := record.NewDomain()
	domain.Domain = m.host
	list := record.NewCredentialList()
	list.Name = "Phones"
	template := record.NewButtonTemplate()
	template.Name, template.Buttons = "Front office", demoButtons()
	if err := tx.Create(a); err != nil {
		return err
	}
	if err := m.add(tx, m.provisioning(tx), location, domain, list, template); err != nil {
		return err
	}
	attachment := record.NewAttachment()
	attachment.Domain, attachment.List = domain.ID, list.ID
	if err := m.add(tx, attachment); err != nil {
		return err
	}
	a.MainLocation, a.DefaultButtonTemplate = location.ID, template.ID
	if err := tx.Replace(a, 0); err != nil {
		return err
	}
	for i := range demoPhones {
		if err := m.phone(tx, i, list.ID, domain.ID); err != nil {
			return err
		}
	}
	return nil
}

// add creates records of the account.
func (m *demo) add(tx *store.Tx, records ...record.Record) error {
	for _, r := range records {
		r.Header().Account = m.account.ID
		if err := tx.Create(r); err != nil {
			return err
		}
	}
	return nil
}

func (m *demo) provisioning(tx *store.Tx) record.Record {
	p := &record.Provisioning{GeneratedAt: tx.Now(), Digest: record.DigestToken([]byte(m.token))}
	p.ID = record.NewID(p.Kind(), tx.Now())
	p.Sealed = m.store.Seal(p.ID, store.FieldToken, m.token)
	return p
}

// phone creates one user with an extension, a credential and a phone.
func (m *demo) phone(tx *store.Tx, i int, list, domain record.ID) error {
	about := demoPhones[i]
	user := record.NewUser()
	user.Name, user.Email, user.Location = about.user, about.email, m.account.MainLocation
	credential := record.NewCredential()
	credential.ID = record.NewID(credential.Kind(), tx.Now())
	credential.List, credential.Username = list, about.extension
	credential.PasswordSealed = m.store.Seal(credential.ID, store.FieldPassword, m.passwords[i])
	if err := m.add(tx, user, credential); err != nil {
		return err
	}
	extension := record.NewExtension()
	extension.Number, extension.Target = about.extension, record.Target{Type: record.TargetUser, ID: user.ID}
	device := record.NewDevice()
	device.Type, device.MAC, device.Model, device.Name = record.Deskphone, about.mac, about.model, about.user
	device.Location, device.ButtonTemplate = m.account.MainLocation, m.account.DefaultButtonTemplate
	device.Lines = []record.Line{{Line: 1, Credential: credential.ID, Domain: domain, User: user.ID}}
	return m.add(tx, extension, device)
}

func demoButtons() []record.Button {
	return []record.Button{
		{Position: 1, Type: record.ButtonLine},
		{Position: 2, Type: record.ButtonSpeedDial, Label: "Ada Front", Target: &record.ButtonTarget{Destination: "1001"}},
		{Position: 3, Type: record.ButtonSpeedDial, Label: "Ben Back", Target: &record.ButtonTarget{Destination: "1002"}},
		{Position: 4, Type: record.ButtonDND},
		{Position: 5, Type: record.ButtonConference},
		{Position: 6, Type: record.ButtonTransfer, Target: &record.ButtonTarget{Mode: "blind"}},
	}
}
