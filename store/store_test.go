package store

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"dialtone/store/record"
)

func TestMain(m *testing.M) {
	if runChild() {
		return
	}
	goleak.VerifyTestMain(m)
}

// open opens a store in dir that closes with the test.
func open(t testing.TB, dir string) *Store {
	t.Helper()
	s := openWith(t, Config{Dir: dir})
	t.Cleanup(func() { closeStore(t, s) })
	return s
}

func openWith(t testing.TB, cfg Config) *Store {
	t.Helper()
	cfg.Log = slog.New(slog.DiscardHandler)
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// update commits fn and fails the test when it does not.
func update(t testing.TB, s *Store, fn func(*Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// create writes a new record and returns it.
func create[T record.Record](t testing.TB, s *Store, r T) T {
	t.Helper()
	update(t, s, func(tx *Tx) error { return tx.Create(r) })
	return r
}

func newAccount(t testing.TB, s *Store) *record.Account {
	t.Helper()
	return create(t, s, account())
}

func account() *record.Account {
	a := record.NewAccount()
	a.Name, a.Email = "Acme", "ops@acme.example"
	return a
}

// get is the record in the index, nil without one.
func get[T record.Record](s *Store, id record.ID) (r T) {
	s.View(func(v *View) { r, _ = Get[T](v, id) })
	return r
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	s := openWith(t, Config{Dir: dir})
	a := newAccount(t, s)
	closeStore(t, s)
	s = open(t, dir)
	if diff := cmp.Diff(a, get[*record.Account](s, a.ID)); diff != "" {
		t.Errorf("account after a restart (-written +read):\n%s", diff)
	}
	if a.Revision == 0 || a.CreatedAt.IsZero() || time.Since(a.CreatedAt) < 0 {
		t.Errorf("account %+v has no revision or time", a.Meta)
	}
}

// eventually polls until ok says yes.
func eventually(t testing.TB, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatal("did not happen in time")
		}
		time.Sleep(time.Millisecond)
	}
}
