package kvtest

import (
	"errors"
	"testing"

	"dialtone/store/kv"
)

// Setup prepares one empty place to store in and returns a function that opens the
// engine there; the same place after a Close.
type Setup func(t *testing.T) (open func() kv.Engine)

// Run checks an engine against the contract. Each part gets a place of its own.
func Run(t *testing.T, setup Setup) {
	parts := []struct {
		name string
		run  func(t *testing.T, open func() kv.Engine)
	}{
		{"values", values},
		{"limits", limits},
		{"persistence", persistence},
		{"order", order},
		{"ranges", ranges},
		{"own writes", ownWrites},
		{"nested scans", nestedScans},
		{"random transactions", randomTransactions},
		{"snapshot", snapshot},
		{"failed update", failedUpdate},
		{"increments", increments},
		{"write skew", writeSkew},
		{"phantoms", phantoms},
		{"backup", backup},
		{"backup while writing", backupWhileWriting},
		{"restore into data", restoreIntoData},
		{"damaged backup", damagedBackup},
		{"closed", closed},
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) { part.run(t, setup(t)) })
	}
}

// use opens an engine for the length of the test.
func use(t *testing.T, open func() kv.Engine) kv.Engine {
	t.Helper()
	e := open()
	t.Cleanup(func() { check(t, e.Close()) })
	return e
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t testing.TB, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("error %v, want %v", got, want)
	}
}

// put writes pairs of key and value in one transaction.
func put(t testing.TB, e kv.Engine, pairs ...string) {
	t.Helper()
	check(t, e.Update(func(tx kv.Txn) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put([]byte(pairs[i]), []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	}))
}

// entry is one key and its value.
type entry struct{ Key, Value string }

// scan collects a range.
func scan(t testing.TB, r kv.Reader, rng kv.Range) []entry {
	t.Helper()
	var got []entry
	check(t, r.Scan(rng, func(key, value []byte) (bool, error) {
		got = append(got, entry{string(key), string(value)})
		return true, nil
	}))
	return got
}

// all collects the whole engine.
func all(t testing.TB, e kv.Engine) []entry {
	t.Helper()
	var got []entry
	check(t, e.View(func(r kv.Reader) error {
		got = scan(t, r, kv.Range{})
		return nil
	}))
	return got
}
