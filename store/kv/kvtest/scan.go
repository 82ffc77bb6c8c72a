package kvtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/kv"
)

func number(prefix string, i int) []byte { return fmt.Appendf(nil, "%s%06d", prefix, i) }

// awkward are keys in byte order around every border a range can have.
var awkward = []string{
	"\x00", "\x00\x00", "a", "a\x00", "a\xfe", "a\xff", "a\xff\x00", "a\xff\xff", "b", "ba",
	"\xfe\xff", "\xff", "\xff\x00", "\xff\xff", "\xff\xff\xff",
}

func order(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	want := slices.Clone(awkward)
	shuffled := slices.Clone(awkward)
	rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, key := range shuffled {
		put(t, e, key, key)
	}
	check(t, e.View(func(r kv.Reader) error {
		compareKeys(t, want, scan(t, r, kv.Range{}))
		slices.Reverse(want)
		compareKeys(t, want, scan(t, r, kv.Range{Reverse: true}))
		return nil
	}))
}

func compareKeys(t *testing.T, want []string, got []entry) {
	t.Helper()
	var keys []string
	for _, e := range got {
		keys = append(keys, e.Key)
	}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Error(diff)
	}
}

// ranges compares every prefix, start and direction over the awkward keys with the plain
// reading of the contract, on stored keys and on a transaction's own.
func ranges(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	content := make(map[string]string)
	for i, key := range awkward {
		if i%2 == 0 {
			put(t, e, key, "stored "+key)
			content[key] = "stored " + key
		}
	}
	check(t, e.View(func(r kv.Reader) error { everyRange(t, r, content); return nil }))
	check(t, e.Update(func(tx kv.Txn) error {
		for i, key := range awkward {
			if i%3 == 0 {
				check(t, tx.Put([]byte(key), []byte("own "+key)))
				content[key] = "own " + key
			}
		}
		everyRange(t, tx, content)
		return nil
	}))
}

func everyRange(t *testing.T, r kv.Reader, content map[string]string) {
	t.Helper()
	borders := append([]string{"", "a0", "c", "\xfe"}, awkward...)
	for _, prefix := range borders {
		for _, start := range borders {
			for _, reverse := range []bool{false, true} {
				rng := kv.Range{Prefix: []byte(prefix), Start: []byte(start), Reverse: reverse}
				if diff := cmp.Diff(expected(content, rng), scan(t, r, rng)); diff != "" {
					t.Errorf("prefix %q start %q reverse %v: %s", prefix, start, reverse, diff)
				}
			}
		}
	}
}

// expected reads the contract literally.
func expected(content map[string]string, rng kv.Range) []entry {
	var want []entry
	for key, value := range content {
		if !bytes.HasPrefix([]byte(key), rng.Prefix) {
			continue
		}
		from := bytes.Compare([]byte(key), rng.Start)
		if len(rng.Start) > 0 && (!rng.Reverse && from < 0 || rng.Reverse && from > 0) {
			continue
		}
		if rng.KeysOnly {
			value = ""
		}
		want = append(want, entry{key, value})
	}
	slices.SortFunc(want, func(a, b entry) int { return bytes.Compare([]byte(a.Key), []byte(b.Key)) })
	if rng.Reverse {
		slices.Reverse(want)
	}
	return want
}

func ownWrites(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	put(t, e, "a", "1", "b", "2", "c", "3", "e", "5")
	check(t, e.Update(func(tx kv.Txn) error {
		check(t, tx.Put([]byte("b"), []byte("new")))
		check(t, tx.Delete([]byte("c")))
		check(t, tx.Put([]byte("d"), []byte("4")))
		check(t, tx.Put([]byte("x"), []byte("gone again")))
		check(t, tx.Delete([]byte("x")))
		want := []entry{{"a", "1"}, {"b", "new"}, {"d", "4"}, {"e", "5"}}
		if diff := cmp.Diff(want, scan(t, tx, kv.Range{})); diff != "" {
			t.Error(diff)
		}
		slices.Reverse(want)
		if diff := cmp.Diff(want, scan(t, tx, kv.Range{Reverse: true})); diff != "" {
			t.Error(diff)
		}
		_, err := tx.Get([]byte("c"))
		wantError(t, err, kv.ErrNotFound)
		return tx.Scan(kv.Range{KeysOnly: true}, func(key, value []byte) (bool, error) {
			if value != nil {
				t.Errorf("value of %q in a scan of keys", key)
			}
			return false, nil // ends the scan
		})
	}))
}

func nestedScans(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	put(t, e, "p1", "", "p2", "", "c1a", "", "c1b", "", "c2a", "")
	var got []string
	check(t, e.Update(func(tx kv.Txn) error {
		check(t, tx.Put([]byte("c2b"), nil))
		return tx.Scan(kv.Range{Prefix: []byte("p")}, func(parent, _ []byte) (bool, error) {
			children := kv.Range{Prefix: append([]byte("c"), parent[1])}
			return true, tx.Scan(children, func(child, _ []byte) (bool, error) {
				got = append(got, string(child))
				return true, tx.Delete(child)
			})
		})
	}))
	if diff := cmp.Diff([]string{"c1a", "c1b", "c2a", "c2b"}, got); diff != "" {
		t.Error(diff)
	}
	compareKeys(t, []string{"p1", "p2"}, all(t, e))
}

// randomTransactions runs random writes beside a map and compares after each commit.
func randomTransactions(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	content := make(map[string]string)
	for range 60 {
		check(t, e.Update(func(tx kv.Txn) error {
			for i := range random.IntN(20) {
				key := fmt.Sprintf("%c%c", 'a'+random.IntN(4), 'a'+random.IntN(8))
				if random.IntN(3) == 0 {
					delete(content, key)
					check(t, tx.Delete([]byte(key)))
					continue
				}
				content[key] = fmt.Sprint(i)
				check(t, tx.Put([]byte(key), []byte(content[key])))
			}
			rng := kv.Range{
				Prefix: []byte{byte('a' + random.IntN(4))}, Reverse: random.IntN(2) == 0, KeysOnly: random.IntN(2) == 0,
			}
			if diff := cmp.Diff(expected(content, rng), scan(t, tx, rng)); diff != "" {
				t.Errorf("%+v: %s", rng, diff)
			}
			return nil
		}))
	}
	if diff := cmp.Diff(expected(content, kv.Range{}), all(t, e)); diff != "" {
		t.Error(diff)
	}
}
