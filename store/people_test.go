package store

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

// staff are a world's people with what they log in with.
type staff struct {
	owner, manager, root *record.Manager
	user                 *record.User
	parts                map[record.ID][]record.ID // by person: login, session, invitation
}

// hire makes an owner who administrates the platform too, a manager, an administrator
// without an account, and lets the world's user log in.
func (w *world) hire() (s staff) {
	w.t.Helper()
	update(w.t, w.Store, func(tx *Tx) error {
		s = staff{parts: map[record.ID][]record.ID{}, user: w.user}
		manager := func(account record.ID, name, role string, administrator bool) *record.Manager {
			m := record.NewManager()
			m.Account, m.Name, m.Email, m.Role, m.Administrator = account, name, name+"@staff.example", role, administrator
			return m
		}
		s.owner = manager(w.account.ID, "olga", record.RoleOwner, true)
		s.manager = manager(w.account.ID, "max", record.RoleAccountManager, false)
		s.root = manager("", "root", record.RoleAdministrator, true)
		for _, m := range []*record.Manager{s.owner, s.manager, s.root} {
			if err := tx.Create(m); err != nil {
				return err
			}
		}
		for _, p := range []record.Record{s.owner, s.manager, s.root, s.user} {
			ids, err := equip(tx, p)
			if err != nil {
				return err
			}
			s.parts[p.Header().ID] = ids
		}
		return nil
	})
	return s
}

// equip gives a person a login, a session and an invitation.
func equip(tx *Tx, p record.Record) ([]record.ID, error) {
	id := p.Header().ID
	login := &record.Login{Person: id, Hash: []byte("hash")}
	session := &record.Session{Person: id, Digest: record.DigestToken([]byte("s" + id)), SeenAt: tx.Now(), ExpiresAt: tx.Now().Add(record.SessionLife)}
	invitation := &record.Invitation{Person: id, Purpose: record.InviteReset, Digest: record.DigestToken([]byte("i" + id)), ExpiresAt: tx.Now().Add(day)}
	var ids []record.ID
	for _, r := range []record.Record{login, session, invitation} {
		r.Header().Account = p.Header().Account
		if err := tx.Create(r); err != nil {
			return nil, err
		}
		ids = append(ids, r.Header().ID)
	}
	return ids, nil
}

// there says whether a person can be found by all that is his.
func (w *world) there(p record.Record, email string) (found bool) {
	id, now := p.Header().ID, time.Now()
	w.View(func(v *View) {
		byEmail, mailed := v.PersonByEmail(email)
		_, login := v.Login(id)
		_, session := v.Session(record.DigestToken([]byte("s"+id)), now)
		_, invitation := v.Invitation(record.DigestToken([]byte("i"+id)), now)
		found = mailed && byEmail.Header().ID == id && login && session && invitation && len(v.Sessions(id)) == 1
	})
	return found
}

// What is a part of a person goes with him, at once, for readers and on disk.
func TestPersonDeletion(t *testing.T) {
	w := newWorld(t)
	s := w.hire()
	checkIndex(t, w.Store)
	update(t, w.Store, func(tx *Tx) error {
		if err := tx.Delete(s.manager.ID, 0); err != nil {
			return err
		}
		return tx.Delete(s.root.ID, 0)
	})
	checkIndex(t, w.Store)
	for _, gone := range []*record.Manager{s.manager, s.root} {
		if w.there(gone, gone.Email) {
			t.Errorf("%s is still there", gone.Name)
		}
		for _, part := range s.parts[gone.ID] {
			if err := w.Update(t.Context(), func(tx *Tx) error { _, err := tx.load(part); return err }); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s is still there: %v", part, err)
			}
		}
	}
	if !w.there(s.owner, "OLGA@staff.example") || !w.there(s.user, "ann1@acme.example") {
		t.Error("others are gone too")
	}
}

// With an account its people go; the platform's administrators go on without one, with
// everything that is theirs.
func TestAccountDeletionReleasesAdministrators(t *testing.T) {
	w := newWorld(t)
	s := w.hire()
	other := w.open(2)
	update(t, w.Store, func(tx *Tx) error { return tx.Delete(w.account.ID, 0) })
	checkIndex(t, w.Store)
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkIndex(t, w.Store)
	for _, gone := range []record.Record{s.manager, s.user} {
		for _, id := range append(s.parts[gone.Header().ID], gone.Header().ID) {
			for _, key := range keysWith(t, w.Store, "") {
				if bytes.Contains([]byte(key), []byte(id)) {
					t.Errorf("left on disk: %q", key)
				}
			}
		}
	}
	if !w.there(s.owner, s.owner.Email) || !w.there(s.root, s.root.Email) {
		t.Error("an administrator is gone")
	}
	w.View(func(v *View) {
		m, _ := Get[*record.Manager](v, s.owner.ID)
		if m.Account != "" || m.Role != record.RoleAdministrator || len(v.Administrators()) != 2 || v.Managers() != 2 {
			t.Errorf("he is %+v of %d", m, v.Managers())
		}
		if _, kept := v.Account(other.account.ID); !kept {
			t.Error("the other account is gone")
		}
	})
	restored := reopenBackup(t, w.Store)
	if diff := cmp.Diff(snapshotOf(w.index), snapshotOf(restored.index)); diff != "" {
		t.Errorf("a restore differs (-backed up +restored):\n%s", diff)
	}
}

// reopenBackup is a store restored from a backup of another.
func reopenBackup(t *testing.T, s *Store) *Store {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "restored")
	if err := Restore(dir, bytes.NewReader(backupOf(t, s)), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return open(t, dir)
}

// A backup carries people: who could log in before can after.
func TestBackupCarriesPeople(t *testing.T) {
	w := newWorld(t)
	s := w.hire()
	restored := &world{Store: reopenBackup(t, w.Store), t: t}
	for _, p := range []struct {
		r     record.Record
		email string
	}{{s.owner, s.owner.Email}, {s.manager, s.manager.Email}, {s.root, s.root.Email}, {s.user, s.user.Email}} {
		if !restored.there(p.r, p.email) {
			t.Errorf("%s is not there", p.email)
		}
	}
	checkIndex(t, restored.Store)
}

func TestPeopleRules(t *testing.T) {
	w := newWorld(t)
	s := w.hire()
	for _, tt := range []struct {
		name, want string
		do         func(tx *Tx) error
	}{
		{"a second owner", "role:not_unique", func(tx *Tx) error {
			m := s.manager.Clone().(*record.Manager)
			m.Role = record.RoleOwner
			return tx.Replace(m, 0)
		}},
		{"a user's address", "email:not_unique", func(tx *Tx) error {
			m := s.manager.Clone().(*record.Manager)
			m.Email = "ANN1@acme.example"
			return tx.Replace(m, 0)
		}},
		{"a manager's address", "email:not_unique", func(tx *Tx) error {
			u := s.user.Clone().(*record.User)
			u.Email = s.manager.Email
			return tx.Replace(u, 0)
		}},
		{"an administrator's role in an account", "role:invalid", func(tx *Tx) error {
			m := s.manager.Clone().(*record.Manager)
			m.Role = record.RoleAdministrator
			return tx.Replace(m, 0)
		}},
		{"no account and no administrator", "administrator:invalid", func(tx *Tx) error {
			return tx.Create(&record.Manager{Name: "x", Email: "x@x.example", Role: record.RoleAdministrator, Language: "en"})
		}},
		{"a second login", "person:not_unique", func(tx *Tx) error {
			l := &record.Login{Person: s.root.ID, Hash: []byte("x")}
			return tx.Create(l)
		}},
		{"a session of nobody", "person:not_found", func(tx *Tx) error {
			return tx.Create(&record.Session{Person: record.NewID(record.KindManager, tx.Now())})
		}},
		{"a session of a device", "person:invalid", func(tx *Tx) error {
			return tx.Create(&record.Session{Person: w.device.ID})
		}},
		{"a login of another account's", "person:not_found", func(tx *Tx) error {
			l := &record.Login{Person: s.manager.ID, Hash: []byte("x")}
			return tx.Create(l)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := w.refused(tt.do); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
	// The owner hands over: first he is none, then the other is.
	update(t, w.Store, func(tx *Tx) error {
		owner, err := tx.Owner(w.account.ID)
		if err != nil {
			return err
		}
		owner.Role = record.RoleAccountManager
		if err := tx.Replace(owner, 0); err != nil {
			return err
		}
		m := s.manager.Clone().(*record.Manager)
		m.Role = record.RoleOwner
		return tx.Replace(m, 0)
	})
	checkIndex(t, w.Store)
}

// Nothing a phone is given depends on who may log in.
func TestPeopleConfigureNothing(t *testing.T) {
	w := newWorld(t)
	before := w.generation()
	s := w.hire()
	update(t, w.Store, func(tx *Tx) error { return tx.EndSessions(s.owner.ID, "") })
	if after := w.generation(); after != before {
		t.Errorf("generation is %v, was %v", after, before)
	}
}

func (w *world) generation() (g Generation) {
	w.View(func(v *View) { g = v.Generation(w.account.ID) })
	return g
}
