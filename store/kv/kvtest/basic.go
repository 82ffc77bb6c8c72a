package kvtest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/kv"
)

func values(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	big := strings.Repeat("x", kv.MaxValue)
	put(t, e, "a", "1", "empty", "", "big", big, "b\x00c", "nul")
	check(t, e.View(func(r kv.Reader) error {
		for key, want := range map[string]string{"a": "1", "empty": "", "big": big, "b\x00c": "nul"} {
			got, err := r.Get([]byte(key))
			check(t, err)
			if got == nil || string(got) != want {
				t.Errorf("key %q: %d bytes, want %d", key, len(got), len(want))
			}
		}
		_, err := r.Get([]byte("none"))
		wantError(t, err, kv.ErrNotFound)
		has, err := r.Has([]byte("none"))
		check(t, err)
		if has {
			t.Error("a key never written is there")
		}
		return nil
	}))
	check(t, e.Update(func(tx kv.Txn) error {
		check(t, tx.Delete([]byte("a")))
		return tx.Delete([]byte("never"))
	}))
	check(t, e.View(func(r kv.Reader) error {
		_, err := r.Get([]byte("a"))
		wantError(t, err, kv.ErrNotFound)
		return nil
	}))
	size, err := e.Size()
	check(t, err)
	if size <= 0 {
		t.Errorf("size %d", size)
	}
}

func limits(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	check(t, e.Update(func(tx kv.Txn) error {
		wantError(t, tx.Put(nil, nil), kv.ErrBadKey)
		wantError(t, tx.Put([]byte("!x"), nil), kv.ErrBadKey)
		wantError(t, tx.Put(bytes.Repeat([]byte("k"), kv.MaxKey+1), nil), kv.ErrTooBig)
		wantError(t, tx.Put([]byte("k"), make([]byte, kv.MaxValue+1)), kv.ErrTooBig)
		_, err := tx.Get(nil)
		wantError(t, err, kv.ErrBadKey)
		return tx.Put(bytes.Repeat([]byte{0xff}, kv.MaxKey), []byte("longest"))
	}))
	if got := all(t, e); len(got) != 1 || got[0].Value != "longest" {
		t.Errorf("%d entries after refused writes", len(got))
	}

	value := make([]byte, kv.MinTxn/kv.MinTxnWrites-16)
	check(t, e.Update(func(tx kv.Txn) error { // what has to fit
		for i := range kv.MinTxnWrites {
			if err := tx.Put(number("fits", i), value); err != nil {
				return err
			}
		}
		return nil
	}))
	err := e.Update(func(tx kv.Txn) error { // what no engine takes
		for i := 0; ; i++ {
			if err := tx.Put(number("never", i), make([]byte, kv.MaxValue)); err != nil || i > 10_000 {
				return err
			}
		}
	})
	wantError(t, err, kv.ErrTooBig)
	if got := len(all(t, e)); got != kv.MinTxnWrites+1 {
		t.Errorf("%d entries, want %d", got, kv.MinTxnWrites+1)
	}
}

func persistence(t *testing.T, open func() kv.Engine) {
	e := open()
	put(t, e, "a", "1", "b", "2", "c", "3")
	check(t, e.Close())
	e = open()
	check(t, e.Update(func(tx kv.Txn) error {
		check(t, tx.Delete([]byte("a")))
		return tx.Put([]byte("b"), []byte("4"))
	}))
	check(t, e.Close())
	e = use(t, open)
	if diff := cmp.Diff([]entry{{"b", "4"}, {"c", "3"}}, all(t, e)); diff != "" {
		t.Error(diff)
	}
}

func failedUpdate(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	put(t, e, "a", "1")
	err := e.Update(func(tx kv.Txn) error {
		check(t, tx.Put([]byte("a"), []byte("2")))
		check(t, tx.Put([]byte("b"), []byte("2")))
		return kv.ErrNotFound
	})
	wantError(t, err, kv.ErrNotFound)
	if diff := cmp.Diff([]entry{{"a", "1"}}, all(t, e)); diff != "" {
		t.Error(diff)
	}
}

func snapshot(t *testing.T, open func() kv.Engine) {
	e := use(t, open)
	put(t, e, "a", "1")
	check(t, e.View(func(r kv.Reader) error {
		before := scan(t, r, kv.Range{})
		put(t, e, "a", "2", "b", "2")
		if diff := cmp.Diff(before, scan(t, r, kv.Range{})); diff != "" {
			t.Error(diff)
		}
		value, err := r.Get([]byte("a"))
		check(t, err)
		value[0] = 'x' // the caller's own copy
		return nil
	}))
	if diff := cmp.Diff([]entry{{"a", "2"}, {"b", "2"}}, all(t, e)); diff != "" {
		t.Error(diff)
	}
}

func closed(t *testing.T, open func() kv.Engine) {
	e := open()
	check(t, e.Close())
	check(t, e.Close())
	wantError(t, e.View(func(kv.Reader) error { return nil }), kv.ErrClosed)
	wantError(t, e.Update(func(kv.Txn) error { return nil }), kv.ErrClosed)
	wantError(t, e.Backup(&bytes.Buffer{}), kv.ErrClosed)
	wantError(t, e.Restore(&bytes.Buffer{}), kv.ErrClosed)
	_, err := e.Size()
	wantError(t, err, kv.ErrClosed)
}
