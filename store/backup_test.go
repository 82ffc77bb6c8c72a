package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// everything is the content of an engine.
func everything(t *testing.T, e kv.Engine) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := e.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{}, func(key, value []byte) (bool, error) {
			all[string(key)] = string(value)
			return true, nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// stocked is a world with a history, a binding and a file.
func stocked(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	audit(t, w.Store, w.account.ID, record.AuditEntry{Event: "account.read"})
	if err := w.Bindings().Commit([]BindingOp{{[]byte("ann@x"), []byte("binding")}}); err != nil {
		t.Fatal(err)
	}
	h, size, err := w.Blobs().Put(strings.NewReader(strings.Repeat("file", 200_000)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	update(t, w.Store, func(tx *Tx) error {
		return tx.PutUpload(w.device.ID, w.account.ID, "local", h, size, tx.Now())
	})
	return w
}

func backupOf(t *testing.T, s *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Backup(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBackupRestore(t *testing.T) {
	w := stocked(t)
	want := backupOf(t, w.Store)
	dir := filepath.Join(t.TempDir(), "new", "data")
	log := slog.New(slog.DiscardHandler)
	if err := Restore(dir, bytes.NewReader(want), log); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if diff := cmp.Diff(everything(t, w.engine), everything(t, s.engine)); diff != "" {
		t.Errorf("records differ (-backed up +restored):\n%s", diff)
	}
	if diff := cmp.Diff(bindingsOf(t, w.bindings), bindingsOf(t, s.bindings)); diff != "" {
		t.Errorf("bindings differ (-backed up +restored):\n%s", diff)
	}
	if diff := cmp.Diff(snapshotOf(w.index), snapshotOf(s.index)); diff != "" {
		t.Errorf("index differs (-backed up +restored):\n%s", diff)
	}
	u, err := s.Upload(w.device.ID, "local")
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Blobs().Open(u.Blob)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if n, err := io.Copy(io.Discard, f); err != nil || n != u.Size {
		t.Errorf("file of %d bytes, error %v, want %d", n, err, u.Size)
	}
	if got, err := s.Unseal(w.credential.ID, FieldPassword, w.credential.PasswordSealed); err != nil || got != password {
		t.Errorf("secret %q, error %v", got, err)
	}
	if info, err := os.Stat(filepath.Join(dir, keyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file %v, error %v", info, err)
	}
	if !bytes.Equal(want, backupOf(t, s)) {
		t.Error("a backup of the restored store differs")
	}
	if err := Restore(dir, bytes.NewReader(want), log); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("restoring over data: error %v, want %v", err, ErrNotEmpty)
	}
}

func TestRestoreRefusesDamage(t *testing.T) {
	whole := backupOf(t, stocked(t).Store)
	flip := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 1
		return b
	}
	cases := map[string][]byte{
		"empty":       nil,
		"magic only":  whole[:len(backupMagic)],
		"no end":      whole[:len(whole)-33],
		"cut hash":    whole[:len(whole)-1],
		"half":        whole[:len(whole)/2],
		"more":        append(bytes.Clone(whole), 'x'),
		"header":      flip(0),
		"name":        flip(len(backupMagic) + 2),
		"key":         flip(len(backupMagic) + 20),
		"middle":      flip(len(whole) / 2),
		"hash":        flip(len(whole) - 1),
		"two backups": append(bytes.Clone(whole), whole...),
	}
	records := bytes.Index(whole, []byte("\x07"+recordsDir)) + 1 + len(recordsDir)
	cases["no records"], cases["header of records"] = whole[:records], whole[:records+10]
	for i := 1; i < 8; i++ {
		cases[fmt.Sprint("cut at ", i, "/8")] = whole[:len(whole)*i/8]
	}
	for name, b := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			missing := filepath.Join(dir, "data")
			for _, into := range []string{missing, dir} {
				if err := Restore(into, bytes.NewReader(b), slog.New(slog.DiscardHandler)); !errors.Is(err, ErrBadBackup) {
					t.Fatalf("error %v, want %v", err, ErrBadBackup)
				} else if n := strings.Count(err.Error(), ErrBadBackup.Error()); n != 1 {
					t.Errorf("%q says it %d times", err, n)
				}
				if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
					t.Fatalf("left behind %v, error %v", entries, err)
				}
			}
		})
	}
}

func TestPartialRestoreRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, restoreMark), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)}); !errors.Is(err, ErrPartialRestore) {
		t.Errorf("error %v, want %v", err, ErrPartialRestore)
	}
}

// Backups taken while records are written hold a state there was.
func TestBackupWhileWriting(t *testing.T) {
	w := stocked(t)
	stop := make(chan struct{})
	var writers sync.WaitGroup
	writers.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			update(t, w.Store, func(tx *Tx) error {
				_, err := found(tx, 100+i)
				return err
			})
		}
	})
	b := backupOf(t, w.Store)
	close(stop)
	writers.Wait()
	dir := t.TempDir()
	if err := Restore(dir, bytes.NewReader(b), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	checkIndex(t, s)
	s.View(func(v *View) {
		if accounts, users := Count[*record.Account](v, ""), 0; true {
			Each(v, "", func(a *record.Account) bool { users += Count[*record.User](v, a.ID); return true })
			if accounts != users {
				t.Errorf("%d accounts with %d users", accounts, users)
			}
		}
	})
}
