package store

import (
	"testing"
	"unsafe"

	"dialtone/store/record"
)

// After a restart what records refer to is in memory once.
func TestShared(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	update(t, s, func(tx *Tx) error {
		_, err := found(tx, 1)
		return err
	})
	closeStore(t, s)
	s = open(t, dir)
	s.View(func(v *View) {
		account := List[*record.Account](v, "", "", 1)[0]
		user := List[*record.User](v, account.ID, "", 1)[0]
		device := List[*record.Device](v, account.ID, "", 1)[0]
		extension := List[*record.Extension](v, account.ID, "", 1)[0]
		list := List[*record.CredentialList](v, account.ID, "", 1)[0]
		credential := List[*record.Credential](v, list.ID, "", 1)[0]
		for name, pair := range map[string][2]record.ID{
			"account":    {account.ID, device.Account},
			"template":   {device.ButtonTemplate, List[*record.ButtonTemplate](v, account.ID, "", 1)[0].ID},
			"credential": {credential.ID, device.Lines[0].Credential},
			"list":       {list.ID, credential.List},
			"user":       {user.ID, device.Lines[0].User},
			"target":     {user.ID, extension.Target.ID},
		} {
			if pair[0] != pair[1] || unsafe.StringData(string(pair[0])) != unsafe.StringData(string(pair[1])) {
				t.Errorf("%s: %q and %q are not the same string", name, pair[0], pair[1])
			}
		}
	})
}
