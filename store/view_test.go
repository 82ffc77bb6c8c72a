package store

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/digest"
	"dialtone/store/record"
)

// usersOf lists the users of the world's domain with what they may do.
func (w *world) usersOf(names ...string) (list []string) {
	w.View(func(v *View) {
		for _, name := range names {
			u, ok := v.SIPUser([]byte(w.domain.Domain), []byte(name))
			if !ok {
				continue
			}
			list = append(list, fmt.Sprintf("%s registers=%v calls=%v md5=%v sha256=%v", u.Credential.Username, u.Registers, u.Calls, u.MD5 != nil, u.SHA256 != nil))
		}
	})
	return list
}

func TestSIPUser(t *testing.T) {
	w := newWorld(t)
	w.View(func(v *View) {
		u, ok := v.SIPUser([]byte("pbx1.example"), []byte("ann"))
		if !ok || !bytes.Equal(u.MD5, digest.HA1("ann", "pbx1.example", password, digest.MD5)) || u.SHA256 != nil || u.Domain.ID != w.domain.ID {
			t.Errorf("user %+v, %v", u, ok)
		}
		if l, ok := v.Line(w.credential.ID); !ok || l.Device.ID != w.device.ID || l.Line != 1 {
			t.Errorf("line %+v, %v", l, ok)
		}
		if _, ok := v.SIPUser([]byte("pbx2.example"), []byte("ann")); ok {
			t.Error("a user in a domain there is not")
		}
	})
	steps := []struct {
		name string
		do   func(tx *Tx) error
		want []string
	}{
		{"at first", func(*Tx) error { return nil }, []string{"ann registers=true calls=true md5=true sha256=false"}},
		{"calls only", func(tx *Tx) error {
			w.attachment.Use = record.UseCalls
			return tx.Replace(w.attachment, 0)
		}, []string{"ann registers=false calls=true md5=true sha256=false"}},
		{"both algorithms", func(tx *Tx) error {
			w.domain.DigestAlgorithms = []string{record.AlgorithmSHA256, record.AlgorithmMD5}
			return tx.Replace(w.domain, 0)
		}, []string{"ann registers=false calls=true md5=true sha256=true"}},
		{"one more", func(tx *Tx) error { return tx.Create(tx.credential(w.list, "Bob")) }, []string{
			"ann registers=false calls=true md5=true sha256=true", "Bob registers=false calls=true md5=true sha256=true",
		}},
		{"detached", func(tx *Tx) error { return tx.Delete(w.attachment.ID, 0) }, nil},
		{"attached again", func(tx *Tx) error {
			w.attachment = attachment(w.domain, w.list)
			return tx.Create(w.attachment)
		}, []string{"ann registers=true calls=true md5=true sha256=true", "Bob registers=true calls=true md5=true sha256=true"}},
		{"another password", func(tx *Tx) error {
			w.credential.PasswordSealed = []byte("damaged")
			return tx.Replace(w.credential, 0)
		}, []string{"ann registers=true calls=true md5=false sha256=false", "Bob registers=true calls=true md5=true sha256=true"}},
	}
	for _, step := range steps {
		update(t, w.Store, step.do)
		if got := w.usersOf("ann", "bob"); !slices.Equal(got, step.want) {
			t.Errorf("%s: users %q, want %q", step.name, got, step.want)
		}
		checkIndex(t, w.Store)
	}
}

func TestSIPUserAllocatesNothing(t *testing.T) {
	w := newWorld(t)
	domain, user := []byte(w.domain.Domain), []byte("ann")
	found := false
	look := func(v *View) { _, found = v.SIPUser(domain, user) }
	if n := testing.AllocsPerRun(100, func() { w.View(look) }); n > 0 || !found {
		t.Errorf("%v allocations, found %v", n, found)
	}
}

func TestList(t *testing.T) {
	w := newWorld(t)
	var ids []record.ID
	for i := range 5 {
		ids = append(ids, create(t, w.Store, phone(w.account.ID, fmt.Sprint("905ec000000", i))).ID)
	}
	ids = append([]record.ID{w.device.ID}, ids...)
	w.View(func(v *View) {
		for limit := 1; limit < 8; limit++ {
			var got []record.ID
			for after := record.ID(""); ; {
				page := List[*record.Device](v, w.account.ID, after, limit)
				if len(page) == 0 {
					break
				}
				got, after = append(got, idsOf(page)...), page[len(page)-1].ID
			}
			if !slices.Equal(got, sortedIDs(ids)) {
				t.Errorf("%d a page: %q, want %q", limit, got, ids)
			}
		}
		if n := Count[*record.Device](v, w.account.ID); n != 6 {
			t.Errorf("%d devices, want 6", n)
		}
		if list := List[*record.Device](v, "acct_none", "", 10); len(list) > 0 {
			t.Errorf("devices of nobody: %q", idsOf(list))
		}
	})
}

func sortedIDs(ids []record.ID) []record.ID { return slices.Sorted(slices.Values(ids)) }

func TestGenerationMoves(t *testing.T) {
	w := newWorld(t)
	generation := func() (g Generation) {
		w.View(func(v *View) { g = v.Generation(w.account.ID) })
		return g
	}
	cases := []struct {
		name              string
		do                func(tx *Tx) error
		account, platform bool
	}{
		{"a record", func(tx *Tx) error { w.user.Name = "Anna"; return tx.Replace(w.user, 0) }, true, false},
		{"the account", func(tx *Tx) error { w.account.Name = "Acme Inc"; return tx.Replace(w.account, 0) }, true, false},
		{"the platform", func(tx *Tx) error { return tx.Create(&record.Platform{}) }, false, true},
		{"another account", func(tx *Tx) error { _, err := found(tx, 2); return err }, false, false},
		{"a live fact", func(tx *Tx) error {
			return tx.PutState(w.device.ID, w.account.ID, func(s *record.DeviceState) { s.LastIP = "192.0.2.1" })
		}, false, false},
		{"nothing", func(tx *Tx) error { return tx.Replace(w.user, 0) }, false, false},
	}
	for _, c := range cases {
		before := generation()
		update(t, w.Store, c.do)
		after := generation()
		if moved := after.Account != before.Account; moved != c.account {
			t.Errorf("%s: account's generation moved %v, want %v", c.name, moved, c.account)
		}
		if moved := after.Platform != before.Platform; moved != c.platform {
			t.Errorf("%s: platform's generation moved %v, want %v", c.name, moved, c.platform)
		}
	}
}

func TestSecrets(t *testing.T) {
	w := newWorld(t)
	sealed := w.Seal(w.user.ID, FieldPassword, "secret")
	if got, err := w.Unseal(w.user.ID, FieldPassword, sealed); err != nil || got != "secret" {
		t.Errorf("unsealed %q, error %v", got, err)
	}
	if _, err := w.Unseal(w.user.ID, FieldToken, sealed); err == nil {
		t.Error("a secret opens as another field's")
	}
	if _, err := w.Unseal(w.device.ID, FieldPassword, sealed); err == nil {
		t.Error("a secret opens as another record's")
	}
	if err := record.CheckPassword(NewPassword(record.GeneratedPassword)); err != nil {
		t.Error(err)
	}
	first := w.DeviceToken(w.device)
	if len(first) != TokenLength || len(NewToken()) != TokenLength || w.DeviceToken(w.device) != first {
		t.Errorf("device token %q", first)
	}
	token := func(secret string) (got Token, ok bool) {
		w.View(func(v *View) { got, ok = v.Token(record.DigestToken([]byte(secret)), w.now()) })
		return got, ok
	}
	if got, ok := token(first); !ok || got.Device != w.device.ID || got.Account != w.account.ID {
		t.Errorf("device's token opens %+v, %v", got, ok)
	}
	update(t, w.Store, func(tx *Tx) error {
		w.device.Rearm(tx.Now(), true)
		return tx.Replace(w.device, 0)
	})
	want := Token{Account: w.account.ID, Device: w.device.ID, Old: true, Expires: w.device.RearmedAt.Add(24 * time.Hour)}
	if got, ok := token(first); !ok || !cmp.Equal(got, want) {
		t.Errorf("the token before arming again opens %+v, %v, want %+v", got, ok, want)
	}
	w.View(func(v *View) {
		if _, ok := v.Token(record.DigestToken([]byte(first)), want.Expires); ok {
			t.Error("the token before arming again opens after a day")
		}
	})
	second := w.DeviceToken(w.device)
	if got, ok := token(second); !ok || got.Old {
		t.Errorf("the new token opens %+v, %v", got, ok)
	}
	update(t, w.Store, func(tx *Tx) error {
		w.device.Rearm(tx.Now(), false)
		return tx.Replace(w.device, 0)
	})
	for name, secret := range map[string]string{"first": first, "second": second} {
		if _, ok := token(secret); ok {
			t.Errorf("the %s token opens after arming again at once", name)
		}
	}
	if bytes.Equal(w.Key("a"), w.Key("b")) || !bytes.Equal(w.Key("a"), w.Key("a")) || len(w.Key("a")) != 32 {
		t.Error("keys of two purposes are not two keys")
	}
}
