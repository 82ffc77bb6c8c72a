package store

import (
	"fmt"
	"testing"

	"dialtone/store/record"
)

// Every rule that looks beyond one record: what is done to the world, and the verdict.
func TestRules(t *testing.T) {
	const accepted = "accepted"
	cases := map[string]struct {
		do   func(w *world, tx *Tx) error
		want string
	}{
		"mac taken in account": {func(w *world, tx *Tx) error {
			return tx.Create(phone(w.account.ID, w.device.MAC))
		}, "mac:not_unique"},
		"mac taken elsewhere": {func(w *world, tx *Tx) error {
			o, err := found(tx, 2)
			if err != nil {
				return err
			}
			return tx.Create(phone(o.account.ID, w.device.MAC))
		}, "mac:not_unique"},
		"mac given back": {func(w *world, tx *Tx) error {
			mac := w.device.MAC
			w.device.MAC = "805ec0999999"
			if err := tx.Replace(w.device, 0); err != nil {
				return err
			}
			return tx.Create(phone(w.account.ID, mac))
		}, accepted},
		"email taken elsewhere, other case": {func(w *world, tx *Tx) error {
			o, err := found(tx, 2)
			if err != nil {
				return err
			}
			o.user.Email = "ANN1@acme.example"
			return tx.Replace(o.user, 0)
		}, "email:not_unique"},
		"domain taken elsewhere": {func(w *world, tx *Tx) error {
			o, err := found(tx, 2)
			if err != nil {
				return err
			}
			d := record.NewDomain()
			d.Account, d.Domain = o.account.ID, "PBX1.example."
			return tx.Create(d)
		}, "domain:not_unique"},
		"list name taken": {func(w *world, tx *Tx) error {
			return tx.Create(list(w.account.ID, "phones"))
		}, "name:not_unique"},
		"credential taken in list": {func(w *world, tx *Tx) error {
			return tx.Create(tx.credential(w.list, "ANN"))
		}, "username:not_unique"},
		"credential on two devices": {func(w *world, tx *Tx) error {
			d := phone(w.account.ID, "805ec0999999")
			d.Lines = w.device.Lines
			return tx.Create(d)
		}, "lines[0].credential:not_unique"},
		"credential on two lines of a device": {func(w *world, tx *Tx) error {
			w.device.Lines = append(w.device.Lines, w.device.Lines[0])
			w.device.Lines[1].Line = 2
			return tx.Replace(w.device, 0)
		}, "lines[1].credential:not_unique"},
		"credential moves to another line": {func(w *world, tx *Tx) error {
			w.device.Lines[0].Line = 3
			return tx.Replace(w.device, 0)
		}, accepted},
		"second token of an account": {func(w *world, tx *Tx) error {
			p := &record.Provisioning{Digest: record.DigestToken([]byte("other"))}
			p.Account = w.account.ID
			return tx.Create(p)
		}, "account:not_unique"},
		"list attached twice": {func(w *world, tx *Tx) error {
			return tx.Create(attachment(w.domain, w.list))
		}, "credential_list:not_unique"},
		"attaching a list with a name the domain has": {func(w *world, tx *Tx) error {
			l := list(w.account.ID, "Other")
			if err := tx.Create(l); err != nil {
				return err
			}
			if err := tx.Create(tx.credential(l, "Ann")); err != nil {
				return err
			}
			return tx.Create(attachment(w.domain, l))
		}, "credential_list:not_unique"},
		"name the domain has in another list": {func(w *world, tx *Tx) error {
			l := list(w.account.ID, "Other")
			if err := tx.Create(l); err != nil {
				return err
			}
			if err := tx.Create(attachment(w.domain, l)); err != nil {
				return err
			}
			return tx.Create(tx.credential(l, "ANN"))
		}, "username:not_unique"},
		"name of a list attached elsewhere": {func(w *world, tx *Tx) error {
			l := list(w.account.ID, "Other")
			if err := tx.Create(l); err != nil {
				return err
			}
			return tx.Create(tx.credential(l, "ann"))
		}, accepted},

		"extension of another length": {func(w *world, tx *Tx) error {
			return tx.Create(extension(w.account.ID, "101", w.extension.Target))
		}, "number:invalid"},
		"extension taken": {func(w *world, tx *Tx) error {
			return tx.Create(extension(w.account.ID, "1001", w.extension.Target))
		}, "number:not_unique"},
		"extension of another account": {func(w *world, tx *Tx) error {
			_, err := found(tx, 2)
			return err
		}, accepted},
		"extension is prefixed 911": {func(w *world, tx *Tx) error {
			return tx.Create(extension(w.account.ID, "9911", w.extension.Target))
		}, "number:reserved"},
		"length changes with extensions": {func(w *world, tx *Tx) error {
			w.account.ExtensionLength = 3
			return tx.Replace(w.account, 0)
		}, "extension_length:extension_length"},
		"length changes without extensions": {func(w *world, tx *Tx) error {
			if err := tx.Delete(w.extension.ID, 0); err != nil {
				return err
			}
			w.account.ExtensionLength = 3
			return tx.Replace(w.account, 0)
		}, accepted},
		"emergency number that is an extension": {func(w *world, tx *Tx) error {
			w.account.EmergencyNumbers = []string{"1001"}
			return tx.Replace(w.account, 0)
		}, ":reserved"},
		"emergency number that is a user name": {func(w *world, tx *Tx) error {
			if err := tx.Create(tx.credential(w.list, "4242")); err != nil {
				return err
			}
			w.account.TestNumbers = []string{"4242"}
			return tx.Replace(w.account, 0)
		}, ":reserved"},
		"user name 911": {func(w *world, tx *Tx) error {
			return tx.Create(tx.credential(w.list, "911"))
		}, "username:reserved"},
		"user name 9-1-1": {func(w *world, tx *Tx) error {
			return tx.Create(tx.credential(w.list, "9-1-1"))
		}, "username:reserved"},
		"user name 988": {func(w *world, tx *Tx) error {
			return tx.Create(tx.credential(w.list, "988"))
		}, "username:reserved"},
		"location in a country whose number is a user name": {func(w *world, tx *Tx) error {
			if err := tx.Create(tx.credential(w.list, "999")); err != nil {
				return err
			}
			return tx.Create(london(w.account.ID))
		}, ":reserved"},
		"user name that is an emergency number of a location": {func(w *world, tx *Tx) error {
			if err := tx.Create(london(w.account.ID)); err != nil {
				return err
			}
			return tx.Create(tx.credential(w.list, "999"))
		}, "username:reserved"},
		"emergency number a template's key forwards to": {func(w *world, tx *Tx) error {
			w.template.Buttons = append(w.template.Buttons, forward(2, "4242"))
			if err := tx.Replace(w.template, 0); err != nil {
				return err
			}
			w.account.EmergencyNumbers = []string{"4242"}
			return tx.Replace(w.account, 0)
		}, ":reserved"},
		"test number a device's key forwards to": {func(w *world, tx *Tx) error {
			w.device.ButtonOverrides = []record.Button{forward(2, "4242")}
			if err := tx.Replace(w.device, 0); err != nil {
				return err
			}
			w.account.TestNumbers = []string{"4242"}
			return tx.Replace(w.account, 0)
		}, ":reserved"},
		"region whose number a key forwards to": {func(w *world, tx *Tx) error {
			w.template.Buttons = []record.Button{forward(1, "999")}
			if err := tx.Replace(w.template, 0); err != nil {
				return err
			}
			w.account.Region = "GB"
			return tx.Replace(w.account, 0)
		}, ":reserved"},
		"location in a country whose number a key forwards to": {func(w *world, tx *Tx) error {
			w.device.ButtonOverrides = []record.Button{forward(2, "999")}
			if err := tx.Replace(w.device, 0); err != nil {
				return err
			}
			return tx.Create(london(w.account.ID))
		}, ":reserved"},
		"location in a country whose number no key forwards to": {func(w *world, tx *Tx) error {
			w.device.ButtonOverrides = []record.Button{forward(2, "4242"), {Position: 3, Type: record.ButtonForward}}
			if err := tx.Replace(w.device, 0); err != nil {
				return err
			}
			return tx.Create(london(w.account.ID))
		}, accepted},
		"feature code a key forwards to": {func(w *world, tx *Tx) error {
			w.template.Buttons = []record.Button{forward(1, "*4242")}
			if err := tx.Replace(w.template, 0); err != nil {
				return err
			}
			w.account.FeatureCodes["park"] = "*4242"
			return tx.Replace(w.account, 0)
		}, ":reserved"},
		"emergency number that is a feature code": {func(w *world, tx *Tx) error {
			w.account.EmergencyNumbers = []string{w.account.FeatureCodes["park"]}
			return tx.Replace(w.account, 0)
		}, "feature_codes.park:reserved"},
		"extension to a line there is": {func(w *world, tx *Tx) error {
			return tx.Create(extension(w.account.ID, "1002", record.Target{Type: record.TargetDeviceLine, ID: w.device.ID, Line: 1}))
		}, accepted},
		"extension to a line there is not": {func(w *world, tx *Tx) error {
			return tx.Create(extension(w.account.ID, "1002", record.Target{Type: record.TargetDeviceLine, ID: w.device.ID, Line: 2}))
		}, "target.line:not_found"},
		"line goes that an extension leads to": {func(w *world, tx *Tx) error {
			e := extension(w.account.ID, "1002", record.Target{Type: record.TargetDeviceLine, ID: w.device.ID, Line: 1})
			if err := tx.Create(e); err != nil {
				return err
			}
			w.device.Lines = nil
			return tx.Replace(w.device, 0)
		}, "lines:in_use"},

		"line in a domain its list is not attached to": {func(w *world, tx *Tx) error {
			d := record.NewDomain()
			d.Account, d.Domain = w.account.ID, "other.example"
			if err := tx.Create(d); err != nil {
				return err
			}
			w.device.Lines[0].Domain = d.ID
			return tx.Replace(w.device, 0)
		}, "lines[0].domain:not_attached"},
		"line of a list attached for calls": {func(w *world, tx *Tx) error {
			w.attachment.Use = record.UseCalls
			if err := tx.Replace(w.attachment, 0); err != nil {
				return err
			}
			c := tx.credential(w.list, "bob")
			if err := tx.Create(c); err != nil {
				return err
			}
			d := phone(w.account.ID, "805ec0999999")
			d.Lines = []record.Line{{Credential: c.ID, Domain: w.domain.ID}}
			return tx.Create(d)
		}, "lines[0].domain:not_attached"},
		"editing a device whose list was detached": {func(w *world, tx *Tx) error {
			if err := tx.Delete(w.attachment.ID, 0); err != nil {
				return err
			}
			w.device.Name = "Lobby"
			return tx.Replace(w.device, 0)
		}, accepted},
		"base that is no base": {func(w *world, tx *Tx) error {
			h := record.NewDevice()
			h.Account, h.Type, h.Base, h.Slot = w.account.ID, record.DECTHandset, w.device.ID, 1
			return tx.Create(h)
		}, "base:invalid"},
		"slot taken": {func(w *world, tx *Tx) error {
			b := phone(w.account.ID, "805ec0999999")
			b.Type = record.DECTBase
			if err := tx.Create(b); err != nil {
				return err
			}
			for range 2 {
				h := record.NewDevice()
				h.Account, h.Type, h.Base, h.Slot = w.account.ID, record.DECTHandset, b.ID, 1
				if err := tx.Create(h); err != nil {
					return err
				}
			}
			return nil
		}, "slot:not_unique"},
		"too many lists": {func(w *world, tx *Tx) error {
			for i := range record.MaxCredentialLists {
				if err := tx.Create(list(w.account.ID, fmt.Sprint("List ", i))); err != nil {
					return err
				}
			}
			return nil
		}, ":limit_reached"},
		"too many credentials": {func(w *world, tx *Tx) error {
			for i := range record.MaxCredentialsPerList {
				if err := tx.Create(tx.credential(w.list, fmt.Sprint("u", i))); err != nil {
					return err
				}
			}
			return nil
		}, ":limit_reached"},

		"reference to nothing": {func(w *world, tx *Tx) error {
			w.user.Location = record.NewID(record.KindLocation, tx.Now())
			return tx.Replace(w.user, 0)
		}, "location:not_found"},
		"reference to another kind": {func(w *world, tx *Tx) error {
			w.user.Location = w.device.ID
			return tx.Replace(w.user, 0)
		}, "location:not_found"},
		"reference to a kind without records": {func(w *world, tx *Tx) error {
			w.user.OutboundNumber = record.NewID(record.KindNumber, tx.Now())
			return tx.Replace(w.user, 0)
		}, "outbound_number:not_found"},
		"reference into another account": {func(w *world, tx *Tx) error {
			o, err := found(tx, 2)
			if err != nil {
				return err
			}
			w.user.Location = o.location.ID
			return tx.Replace(w.user, 0)
		}, "location:not_found"},
		"line with another account's credential": {func(w *world, tx *Tx) error {
			o, err := found(tx, 2)
			if err != nil {
				return err
			}
			w.device.Lines[0].Credential = o.credential.ID
			return tx.Replace(w.device, 0)
		}, "lines[0].credential:not_found"},
		"key pointing into another account": {func(w *world, tx *Tx) error {
			o, err := found(tx, 2)
			if err != nil {
				return err
			}
			w.template.Buttons[0].Target.User = o.user.ID
			return tx.Replace(w.template, 0)
		}, "buttons[0].target.user:not_found"},
		"record of no account": {func(_ *world, tx *Tx) error {
			return tx.Create(phone("", "805ec0999999"))
		}, "not found"},
		"record of an account that is not there": {func(_ *world, tx *Tx) error {
			return tx.Create(phone(record.NewID(record.KindAccount, tx.Now()), "805ec0999999"))
		}, "not found"},

		"deleting a user on a line": {func(w *world, tx *Tx) error {
			return tx.Delete(w.user.ID, 0)
		}, ":in_use"},
		"deleting a location in use": {func(w *world, tx *Tx) error {
			return tx.Delete(w.location.ID, 0)
		}, ":in_use"},
		"deleting a template in use": {func(w *world, tx *Tx) error {
			return tx.Delete(w.template.ID, 0)
		}, ":in_use"},
		"deleting a credential on a line": {func(w *world, tx *Tx) error {
			return tx.Delete(w.credential.ID, 0)
		}, ":in_use"},
		"deleting a list with a credential on a line": {func(w *world, tx *Tx) error {
			return tx.Delete(w.list.ID, 0)
		}, ":in_use"},
		"deleting a domain on a line": {func(w *world, tx *Tx) error {
			return tx.Delete(w.domain.ID, 0)
		}, ":in_use"},
		"deleting what is not there": {func(_ *world, tx *Tx) error {
			return tx.Delete(record.NewID(record.KindUser, tx.Now()), 0)
		}, "not found"},
		"main location of the account": {func(w *world, tx *Tx) error {
			l := record.NewLocation()
			l.Account, l.Name, l.Address = w.account.ID, "Annex", w.location.Address
			if err := tx.Create(l); err != nil {
				return err
			}
			w.account.MainLocation = l.ID
			if err := tx.Replace(w.account, 0); err != nil {
				return err
			}
			return tx.Delete(l.ID, 0)
		}, ":in_use"},
		"stale revision on replace": {func(w *world, tx *Tx) error {
			w.user.Name = "Anna"
			return tx.Replace(w.user, w.user.Revision+1)
		}, ErrStale.Error()},
		"stale revision on delete": {func(w *world, tx *Tx) error {
			return tx.Delete(w.extension.ID, w.extension.Revision+1)
		}, ErrStale.Error()},
		"right revision": {func(w *world, tx *Tx) error {
			return tx.Delete(w.extension.ID, w.extension.Revision)
		}, accepted},
		"invalid record": {func(w *world, tx *Tx) error {
			w.user.Email = ""
			return tx.Replace(w.user, 0)
		}, "email:required"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.refused(func(tx *Tx) error { return c.do(w, tx) })
			if got != c.want {
				t.Errorf("verdict %q, want %q", got, c.want)
			}
			checkIndex(t, w.Store)
		})
	}
}

// A list takes its credentials and attachments along when nothing needs them.
func TestDeleteCascades(t *testing.T) {
	w := newWorld(t)
	update(t, w.Store, func(tx *Tx) error { return tx.Delete(w.device.ID, 0) })
	update(t, w.Store, func(tx *Tx) error { return tx.Delete(w.list.ID, 0) })
	for _, id := range []record.ID{w.list.ID, w.credential.ID, w.attachment.ID, w.device.ID} {
		w.View(func(v *View) {
			if v.x.records[id] != nil {
				t.Errorf("%s is still there", id)
			}
		})
	}
	checkIndex(t, w.Store)
	// Every value is free again.
	update(t, w.Store, func(tx *Tx) error {
		l := list(w.account.ID, w.list.Name)
		if err := tx.Create(l); err != nil {
			return err
		}
		if err := tx.Create(tx.credential(l, "ann")); err != nil {
			return err
		}
		if err := tx.Create(attachment(w.domain, l)); err != nil {
			return err
		}
		return tx.Create(phone(w.account.ID, w.device.MAC))
	})
}

// The same record written again keeps its revision and is not published.
func TestSameWriteKeepsRevision(t *testing.T) {
	w := newWorld(t)
	sub := w.Subscribe(10)
	defer sub.Close()
	before := w.user.Revision
	update(t, w.Store, func(tx *Tx) error {
		u, err := Load[*record.User](tx, w.user.ID)
		if err != nil {
			return err
		}
		return tx.Replace(u, before)
	})
	if got := get[*record.User](w.Store, w.user.ID).Revision; got != before {
		t.Errorf("revision %d, want %d", got, before)
	}
	w.user.Name = "Anna"
	update(t, w.Store, func(tx *Tx) error { return tx.Replace(w.user, before) })
	changes, _, err := sub.Next(t.Context())
	if err != nil || len(changes) != 1 || changes[0].After.(*record.User).Name != "Anna" {
		t.Errorf("changes %v, error %v; want the second write alone", changes, err)
	}
}

// forward is a key that forwards all calls.
func forward(position int, destination string) record.Button {
	return record.Button{Position: position, Type: record.ButtonForward, Target: &record.ButtonTarget{Destination: destination}}
}

func london(account record.ID) *record.Location {
	l := record.NewLocation()
	l.Account, l.Name = account, "London"
	l.Address = record.Address{HouseNumber: "1", Street: "Strand", City: "London", Country: "GB"}
	return l
}
