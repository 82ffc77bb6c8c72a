package store

import (
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dialtone/store/kv"
	"dialtone/store/kv/badger"
)

func TestMigrate(t *testing.T) {
	engine, err := badger.Open(badger.Options{Dir: filepath.Join(t.TempDir(), "db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}()
	log := slog.New(slog.DiscardHandler)
	var ran []uint64
	var fails error
	step := func(to uint64) migration {
		return migration{to, func(kv.Engine) error {
			ran = append(ran, to)
			if to == 3 {
				return fails
			}
			return nil
		}}
	}
	steps := []migration{step(2), step(3), step(4)}
	cases := []struct {
		name    string
		want    uint64
		steps   []migration
		failure error
		ran     []uint64
		format  uint64
	}{
		{"fresh", 1, nil, nil, nil, 1},
		{"up to date", 1, steps, nil, nil, 1},
		{"no way", 2, nil, nil, nil, 1},
		{"fails half way", 4, steps, errors.New("boom"), []uint64{2, 3}, 2},
		{"goes on", 4, steps, nil, []uint64{3, 4}, 4},
		{"older version", 3, steps, nil, nil, 4},
	}
	for _, c := range cases {
		ran, fails = nil, c.failure
		err := migrate(engine, c.want, c.steps, log)
		if (err == nil) != (c.format == c.want) {
			t.Errorf("%s: error %v", c.name, err)
		}
		if got, _, err := readFormat(engine); err != nil || got != c.format || !slices.Equal(ran, c.ran) {
			t.Errorf("%s: format %d after steps %v, error %v; want %d after %v", c.name, got, ran, err, c.format, c.ran)
		}
	}
}

func TestNewerFormatRefused(t *testing.T) {
	dir := t.TempDir()
	s := openWith(t, Config{Dir: dir})
	if err := writeFormat(s.engine, recordsFormat+1); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	_, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, ErrNewerFormat) || !strings.Contains(err.Error(), "format 2") || !strings.Contains(err.Error(), "up to 1") {
		t.Errorf("error %v, want %v naming both formats", err, ErrNewerFormat)
	}
}

func TestSecondOpenRefused(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	if _, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)}); !errors.Is(err, kv.ErrLocked) {
		t.Errorf("error %v, want %v", err, kv.ErrLocked)
	}
}
