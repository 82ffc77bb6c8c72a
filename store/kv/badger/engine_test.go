package badger

import (
	"errors"
	"testing"

	"go.uber.org/goleak"

	"dialtone/store/kv"
	"dialtone/store/kv/kvtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	kvtest.Run(t, func(t *testing.T) func() kv.Engine {
		dir := t.TempDir()
		return func() kv.Engine { return mustOpen(t, Options{Dir: dir}) }
	})
}

func mustOpen(t testing.TB, opts Options) *Engine {
	t.Helper()
	e, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func mustClose(t testing.TB, e *Engine) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

func put(e *Engine, key string, value []byte) error {
	return e.Update(func(t kv.Txn) error { return t.Put([]byte(key), value) })
}

func mustPut(t testing.TB, e *Engine, key string, value []byte) {
	t.Helper()
	if err := put(e, key, value); err != nil {
		t.Fatal(err)
	}
}

// count returns the number of keys.
func count(t testing.TB, e *Engine) (n int) {
	t.Helper()
	err := e.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{KeysOnly: true}, func(_, _ []byte) (bool, error) { n++; return true, nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpenRefusesFolderInUse(t *testing.T) {
	opts := Options{Dir: t.TempDir()}
	e := mustOpen(t, opts)
	if _, err := Open(opts); !errors.Is(err, kv.ErrLocked) {
		t.Errorf("error %v, want %v", err, kv.ErrLocked)
	}
	mustPut(t, e, "a", nil)
	mustClose(t, e)
	mustClose(t, mustOpen(t, opts))
}
