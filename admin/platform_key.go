package admin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"dialtone/store"
	"dialtone/store/record"
)

// EnsurePlatformKey makes the first platform key when the store has none; see
// NewPlatformKey.
func EnsurePlatformKey(ctx context.Context, s *store.Store, file string) error {
	known := false
	s.View(func(v *store.View) { known = store.Count[*record.APIKey](v, "") > 0 })
	if known {
		return nil
	}
	return NewPlatformKey(ctx, s, file, "first platform key")
}

// NewPlatformKey makes a platform key of that name and leaves it in the file (mode
// 0600) for the operator. The file is on disk before the key works: a crash in
// between leaves a file with a useless key.
func NewPlatformKey(ctx context.Context, s *store.Store, file, name string) error {
	key, digest := newKey()
	if err := writeSecretFile(file, key); err != nil {
		return err
	}
	err := s.Update(ctx, func(tx *store.Tx) error {
		k := &record.APIKey{Name: name, Scopes: allScopes(), Digest: digest}
		if err := tx.Create(k); err != nil {
			return err
		}
		return tx.Audit("", record.AuditEntry{
			Event: "api_key.create", Resource: k.ID, Actor: record.Actor{Type: record.ActorSystem},
			Outcome: record.OutcomeSuccess, Changes: differences(nil, k),
		})
	})
	if err != nil {
		return fmt.Errorf("cannot create platform key: %w", err)
	}
	return nil
}

// writeSecretFile replaces a file that holds one secret (mode 0600) as a whole and makes
// it durable.
func writeSecretFile(file, secret string) (err error) {
	fail := func(err error) error { return fmt.Errorf("cannot write %q: %w", file, err) }
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*") // mode 0600
	if err != nil {
		return fail(err)
	}
	_, err = f.WriteString(secret + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fail(errors.Join(err, os.Remove(f.Name())))
	}
	return syncDir(filepath.Dir(file))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("cannot open %q: %w", dir, err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("cannot sync %q: %w", dir, err)
	}
	return nil
}
