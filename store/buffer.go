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

// Scan merges the buffered writes into the engine's order. It shows those made before
// it began.
func (b *buffer) Scan(r kv.Range, fn func(key, value []byte) (bool, error)) error {
	mine := b.within(r)
	if len(mine) == 0 {
		return b.Txn.Scan(r, fn)
	}
	more := true
	emit := func() (err error) {
		next := mine[0]
		mine = mine[1:]
		if next.value == nil {
			return nil
		}
		if r.KeysOnly {
			next.value = nil
		}
		more, err = fn([]byte(next.key), next.value)
		return err
	}
	err := b.Txn.Scan(r, func(key, value []byte) (_ bool, err error) {
		for len(mine) > 0 && mine[0].key != string(key) && (mine[0].key < string(key)) != r.Reverse {
			if err := emit(); err != nil || !more {
				return false, err
			}
		}
		if len(mine) > 0 && mine[0].key == string(key) {
			err = emit()
		} else {
			more, err = fn(key, value)
		}
		return more, err
	})
	for err == nil && more && len(mine) > 0 {
		err = emit()
	}
	return err
}

// buffered is one write.
type buffered struct {
	key   string
	value []byte // nil: deleted
}

// within lists the writes of the range in its order.
func (b *buffer) within(r kv.Range) []buffered {
	low, high := r.Bounds()
	var list []buffered
	for k, v := range b.writes {
		if k >= string(low) && (high == nil || k < string(high)) {
			list = append(list, buffered{k, v})
		}
	}
	slices.SortFunc(list, func(a, b buffered) int { return strings.Compare(a.key, b.key) })
	if r.Reverse {
		slices.Reverse(list)
	}
	return list
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
