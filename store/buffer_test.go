package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dialtone/store/kv"
	"dialtone/store/kv/badger"
)

// A buffer over a transaction reads like one map.
func TestBufferReadsLikeOneMap(t *testing.T) {
	engine, err := badger.Open(badger.Options{Dir: filepath.Join(t.TempDir(), "db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		rollback := errors.New("rollback")
		err := engine.Update(func(txn kv.Txn) error {
			b := &buffer{Txn: txn, writes: map[string][]byte{}}
			checkBuffer(t, txn, b)
			return rollback
		})
		if !errors.Is(err, rollback) {
			t.Fatal(err)
		}
	})
}

func checkBuffer(t *rapid.T, below kv.Txn, b *buffer) {
	key := rapid.StringMatching("[ab][0-3]{0,2}")
	model := map[string]string{}
	for range rapid.IntRange(0, 30).Draw(t, "writes") {
		k, v := key.Draw(t, "key"), rapid.StringMatching("[xyz]{0,2}").Draw(t, "value")
		target := kv.Txn(b)
		if rapid.Bool().Draw(t, "below") && len(b.writes) == 0 {
			target = below
		}
		if rapid.Bool().Draw(t, "delete") {
			delete(model, k)
			must(t, target.Delete([]byte(k)))
		} else {
			model[k] = v
			must(t, target.Put([]byte(k), []byte(v)))
		}
	}
	r := kv.Range{
		Prefix:  []byte(rapid.SampledFrom([]string{"", "a", "b", "a1"}).Draw(t, "prefix")),
		Start:   []byte(rapid.SampledFrom([]string{"", "a", "a12", "b2", "c"}).Draw(t, "start")),
		Reverse: rapid.Bool().Draw(t, "reverse"),
	}
	most := rapid.IntRange(1, 20).Draw(t, "most")
	var want, got []string
	low, high := r.Bounds()
	for k, v := range model {
		if k >= string(low) && (high == nil || k < string(high)) {
			want = append(want, k+"="+v)
		}
		value, err := b.Get([]byte(k))
		must(t, err)
		if ok, err := b.Has([]byte(k)); !ok || err != nil || string(value) != v {
			t.Fatalf("key %q: has %v, value %q, want %q", k, ok, value, v)
		}
	}
	slices.SortFunc(want, func(a, b string) int { return compareKeys(a, b, r.Reverse) })
	want = want[:min(len(want), most)]
	must(t, b.Scan(r, func(k, v []byte) (bool, error) {
		got = append(got, fmt.Sprintf("%s=%s", k, v))
		must(t, b.Put(slices.Concat(k, []byte("later")), nil)) // not seen by this scan
		return len(got) < most, nil
	}))
	if !slices.Equal(got, want) {
		t.Fatalf("scan of %q from %q reverse %v gave %q, want %q", r.Prefix, r.Start, r.Reverse, got, want)
	}
}

func compareKeys(a, b string, reverse bool) int {
	a, _, _ = strings.Cut(a, "=")
	b, _, _ = strings.Cut(b, "=")
	if reverse {
		a, b = b, a
	}
	return strings.Compare(a, b)
}

func must(t interface{ Fatal(...any) }, err error) {
	if err != nil {
		t.Fatal(err)
	}
}
