package store

import (
	"bytes"
	"slices"
	"strings"

	"dialtone/store/kv"
)

// buffer holds one closure's writes over the engine's transaction, so that a
// closure that fails leaves its batch mates' writes alone. It is a kv.Txn.
type buffer struct {
	kv.Txn
	writes map[string][]byte // nil value: deleted
	size   int               // bytes of keys and values, an upper bound
}

func (b *buffer) Get(key []byte) ([]byte, error) {
	if v, ok := b.writes[string(key)]; ok {
		if v == nil {
			return nil, kv.ErrNotFound
		}
		return bytes.Clone(v), nil
	}
	return b.Txn.Get(key)
}

func (b *buffer) Has(key []byte) (bool, error) {
	if v, ok := b.writes[string(key)]; ok {
		return v != nil, nil
	}
	return b.Txn.Has(key)
}

func (b *buffer) Put(key, value []byte) error {
	if err := kv.CheckKey(key); err != nil {
		return err
	}
	if err := kv.CheckValue(value); err != nil {
		return err
	}
	if value == nil {
		value = []byte{}
	}
	b.set(key, bytes.Clone(value))
	return nil
}

func (b *buffer) Delete(key []byte) error {
	b.set(key, nil)
	return nil
}

func (b *buffer) set(key, value []byte) {
	b.writes[string(key)] = value
	b.size += len(key) + len(value)
}

// Scan merges the buffered writes into the engine's order.
func (b *buffer) Scan(r kv.Range, fn func(key, value []byte) (bool, error)) error {
	mine := b.within(r)
	more := true
	emit := func(key string) (err error) {
		if v := b.writes[key]; v != nil {
			more, err = fn([]byte(key), v)
		}
		return err
	}
	before := func(a, b string) bool { return (a < b) != r.Reverse }
	err := b.Txn.Scan(r, func(key, value []byte) (bool, error) {
		for len(mine) > 0 && before(mine[0], string(key)) {
			next := mine[0]
			mine = mine[1:]
			if err := emit(next); err != nil || !more {
				return false, err
			}
		}
		if _, own := b.writes[string(key)]; own {
			return true, nil // emitted, or about to be, from mine
		}
		var err error
		more, err = fn(key, value)
		return more, err
	})
	for err == nil && more && len(mine) > 0 {
		err = emit(mine[0])
		mine = mine[1:]
	}
	return err
}

// within lists the buffered keys of the range in its order.
func (b *buffer) within(r kv.Range) []string {
	low, high := r.Bounds()
	var keys []string
	for k := range b.writes {
		if k >= string(low) && (high == nil || k < string(high)) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	if r.Reverse {
		slices.SortFunc(keys, func(a, b string) int { return strings.Compare(b, a) })
	}
	return keys
}

// flush writes everything into the engine's transaction.
func (b *buffer) flush() error {
	for k, v := range b.writes {
		var err error
		if v == nil {
			err = b.Txn.Delete([]byte(k))
		} else {
			err = b.Txn.Put([]byte(k), v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
