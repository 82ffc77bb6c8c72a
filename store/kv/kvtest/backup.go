package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/kv"
)

// entries is the size of the engine backed up: several blocks and transactions.
const entries = 6000

func filled(t *testing.T, e kv.Engine) (content []entry, backup []byte) {
	t.Helper()
	check(t, e.Update(func(tx kv.Txn) error {
		for i := range entries {
			check(t, tx.Put(number("k", i), bytes.Repeat([]byte{byte(i)}, i%200)))
		}
		return tx.Put([]byte("\xff"), make([]byte, kv.MaxValue))
	}))
	var buf bytes.Buffer
	check(t, e.Backup(&buf))
	return all(t, e), buf.Bytes()
}

func backup(t *testing.T, open func() kv.Engine) {
	e := open()
	content, stream := filled(t, e)
	check(t, e.Update(func(tx kv.Txn) error {
		return tx.Scan(kv.Range{KeysOnly: true}, func(key, _ []byte) (bool, error) { return true, tx.Delete(key) })
	}))
	check(t, e.Restore(bytes.NewReader(stream)))
	if diff := cmp.Diff(content, all(t, e)); diff != "" {
		t.Error(diff)
	}
	put(t, e, "after", "1")
	check(t, e.Close())
	if got := len(all(t, use(t, open))); got != len(content)+1 {
		t.Errorf("%d entries after a new start, want %d", got, len(content)+1)
	}
}

func backupWhileWriting(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	for i := range 200 {
		put(t, e, fmt.Sprintf("a%03d", i), "0", fmt.Sprintf("b%03d", i), "0")
	}
	stream, w := io.Pipe()
	together(t, 2, func(i int) error {
		if i == 0 {
			return w.CloseWithError(e.Backup(w))
		}
		seen := make(map[string]string)
		return kv.ReadBackup(stream, func(key, value []byte) error {
			seen[string(key)] = string(value)
			if pair, ok := seen["a"+string(key[1:])]; ok && pair != string(value) {
				return fmt.Errorf("backup took half of a transaction at %q", key)
			}
			return e.Update(func(tx kv.Txn) error {
				return errors.Join(tx.Put([]byte("a150"), key), tx.Put([]byte("b150"), key))
			})
		})
	})
}

func restoreIntoData(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	content, stream := filled(t, e)
	wantError(t, e.Restore(bytes.NewReader(stream)), kv.ErrNotEmpty)
	if diff := cmp.Diff(content, all(t, e)); diff != "" {
		t.Error(diff)
	}
}

func damagedBackup(t *testing.T, open func() kv.Engine) {
	e := open()
	_, stream := filled(t, e)
	check(t, e.Update(func(tx kv.Txn) error {
		return tx.Scan(kv.Range{KeysOnly: true}, func(key, _ []byte) (bool, error) { return true, tx.Delete(key) })
	}))
	flipped := bytes.Clone(stream)
	flipped[len(flipped)-100] ^= 1
	cases := map[string][]byte{
		"empty":        nil,
		"header only":  stream[:13],
		"no end":       stream[:len(stream)-16],
		"half":         stream[:len(stream)/2],
		"flipped bit":  flipped,
		"bytes behind": append(bytes.Clone(stream), 0),
		"other file":   []byte("PK\x03\x04 something else entirely"),
	}
	for name, damaged := range cases {
		wantError(t, e.Restore(bytes.NewReader(damaged)), kv.ErrBadBackup)
		if got := len(all(t, e)); got != 0 {
			t.Errorf("%s: %d entries left behind", name, got)
		}
	}
	put(t, e, "a", "1") // still of use
	check(t, e.Close())
	if diff := cmp.Diff([]entry{{"a", "1"}}, all(t, use(t, open))); diff != "" {
		t.Error(diff)
	}
}
