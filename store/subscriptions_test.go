package store

import (
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSubscriptionsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	open := func() *Store {
		s, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	commit := func(ops ...SubscriptionOp) {
		t.Helper()
		if err := s.Subscriptions().Commit(ops); err != nil {
			t.Fatal(err)
		}
	}
	op := func(key, value string) SubscriptionOp { return SubscriptionOp{Key: []byte(key), Value: []byte(value)} }
	commit(op("a", "1"), op("b", "2"), op("c", "3"))
	commit(op("a", "4"), SubscriptionOp{Key: []byte("b")})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	defer s.Close()
	got := map[string]string{}
	err := s.Subscriptions().Load(func(key, value []byte) error {
		got[string(key)] = string(value)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a": "4", "c": "3"}, got); diff != "" {
		t.Error(diff)
	}
}
