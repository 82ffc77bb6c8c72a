package store

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"dialtone/store/kv/badger"
)

func TestInspect(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Inspect(dir); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("an inspection left %v, %v", left, err)
	}

	s, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := Inspect(dir); !errors.Is(err, ErrLocked) {
		t.Errorf("a folder in use: %v", err)
	}
	if _, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)}); !errors.Is(err, ErrLocked) {
		t.Errorf("opened a folder in use: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Inspect(dir); err != nil {
		t.Errorf("a closed store: %v", err)
	}

	records, err := badger.Open(badger.Options{Dir: filepath.Join(dir, recordsDir)})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(writeFormat(records, recordsFormat+1), records.Close()); err != nil {
		t.Fatal(err)
	}
	if err := Inspect(dir); !errors.Is(err, ErrNewerFormat) {
		t.Errorf("a newer format: %v", err)
	}

	if err := os.Chmod(filepath.Join(dir, keyFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Inspect(dir); err == nil {
		t.Error("a key open to everybody is fine")
	}
}
