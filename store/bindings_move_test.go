package store

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dialtone/store/kv"
	"dialtone/store/kv/badger"
)

// withEngine puts an engine with n bindings into a folder, as versions before the journal
// did, and returns them.
func withEngine(t *testing.T, dir string, n int) map[string]string {
	t.Helper()
	engine, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]string{}
	err = errors.Join(writeFormat(engine, bindingsFormat), engine.Update(func(tx kv.Txn) error {
		for i := range n {
			key, value := fmt.Sprintf("user%d@x", i), strings.Repeat("v", i)
			wanted[key] = value
			if err := tx.Put([]byte(prefixBinding+key), []byte(value)); err != nil {
				return err
			}
		}
		return nil
	}), engine.Close())
	if err != nil {
		t.Fatal(err)
	}
	return wanted
}

func wantBindings(t *testing.T, s *Store, wanted map[string]string) {
	t.Helper()
	if got := bindingsOf(t, s.Bindings()); !maps.Equal(got, wanted) {
		t.Errorf("%d bindings, want %d", len(got), len(wanted))
	}
}

// A folder of a version before the journal keeps its bindings.
func TestBindingsMove(t *testing.T) {
	dir := t.TempDir()
	wanted := withEngine(t, filepath.Join(dir, bindingsDir), 2000) // more than one batch
	for range 2 {
		s := openWith(t, Config{Dir: dir})
		wantBindings(t, s, wanted)
		closeStore(t, s)
		for _, suffix := range []string{movingSuffix, movedSuffix} {
			if left, err := there(filepath.Join(dir, bindingsDir) + suffix); left || err != nil {
				t.Errorf("%q is left: %v, %v", suffix, left, err)
			}
		}
	}
}

// The move goes on wherever it was cut short.
func TestBindingsMoveCutShort(t *testing.T) {
	for name, harm := range map[string]func(bindings string) error{
		"while copying": func(bindings string) error {
			return errors.Join(os.Mkdir(bindings+movingSuffix, 0o700), os.WriteFile(bindings+movingSuffix+"/0000000000000001.log", []byte("half"), 0o600))
		},
		"copied": func(bindings string) error { return copyBindings(bindings, slog.New(slog.DiscardHandler)) },
		"engine away": func(bindings string) error {
			return errors.Join(copyBindings(bindings, slog.New(slog.DiscardHandler)), os.Rename(bindings, bindings+movedSuffix))
		},
		"engine half removed": func(bindings string) error {
			return errors.Join(copyBindings(bindings, slog.New(slog.DiscardHandler)), os.Rename(bindings, bindings+movedSuffix),
				os.Rename(bindings+movingSuffix, bindings), os.Remove(bindings+movedSuffix+"/MANIFEST"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			bindings := filepath.Join(dir, bindingsDir)
			wanted := withEngine(t, bindings, 50)
			if err := harm(bindings); err != nil {
				t.Fatal(err)
			}
			s := openWith(t, Config{Dir: dir})
			wantBindings(t, s, wanted)
			closeStore(t, s)
		})
	}
}

// A backup of a version before the journal can be restored.
func TestRestoreOfAnEngine(t *testing.T) {
	dir := t.TempDir()
	wanted := withEngine(t, filepath.Join(dir, "engine"), 300)
	engine, err := badger.Open(badger.Options{Dir: filepath.Join(dir, "engine")})
	if err != nil {
		t.Fatal(err)
	}
	var backup bytes.Buffer
	if err := errors.Join(engine.Backup(&backup), engine.Close()); err != nil {
		t.Fatal(err)
	}
	bindings := filepath.Join(dir, "data", bindingsDir)
	for n := range backup.Len() - 1 {
		if n%997 != 0 {
			continue
		}
		err := restoreBindings(bindings+fmt.Sprint(n), bytes.NewReader(backup.Bytes()[:n]), slog.New(slog.DiscardHandler))
		if !errors.Is(err, ErrBadBackup) {
			t.Errorf("cut at %d: error %v", n, err)
		}
	}
	if err := restoreBindings(bindings, &backup, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	b, err := openBindings(bindings, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.close() }()
	if got := bindingsOf(t, b); !maps.Equal(got, wanted) {
		t.Errorf("%d bindings, want %d", len(got), len(wanted))
	}
}
