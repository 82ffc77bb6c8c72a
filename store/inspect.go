package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"dialtone/internal/seal"
	"dialtone/store/kv"
	"dialtone/store/kv/badger"
)

// ErrLocked: another process has the data folder open.
var ErrLocked = kv.ErrLocked

// Inspect says why the store in an existing folder could not be opened, nil when it
// could. Nothing is created or migrated; a folder without a store is fine.
func Inspect(dir string) error {
	if err := checkRestored(dir); err != nil {
		return err
	}
	key := filepath.Join(dir, keyFile)
	if missing, err := absent(key); err != nil || missing {
		return err
	}
	if _, err := seal.Open(key); err != nil {
		return err
	}
	return inspectEngine(filepath.Join(dir, recordsDir), recordsFormat)
}

func inspectEngine(dir string, newest uint64) error {
	if missing, err := absent(dir); err != nil || missing {
		return err
	}
	engine, err := badger.Open(badger.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("cannot open records: %w", err)
	}
	format, _, err := readFormat(engine)
	if err == nil && format > newest {
		err = fmt.Errorf("cannot open data of format %d, this version reads up to %d: %w", format, newest, ErrNewerFormat)
	}
	return errors.Join(err, engine.Close())
}

func absent(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return false, err
}
