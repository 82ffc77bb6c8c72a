package badger

import (
	"bytes"
	"errors"
	"fmt"

	lib "github.com/dgraph-io/badger/v4"

	"dialtone/store/kv"
)

// reader is a kv.Reader on a Badger snapshot.
type reader struct{ snapshot *lib.Txn }

// Get implements kv.Reader.
func (r *reader) Get(key []byte) ([]byte, error) {
	if err := kv.CheckKey(key); err != nil {
		return nil, err
	}
	item, err := r.snapshot.Get(key)
	if err != nil {
		return nil, mapError(err)
	}
	value, err := item.ValueCopy(nil)
	if err != nil {
		return nil, fmt.Errorf("cannot read key %q: %w", key, err)
	}
	return value, nil
}

// Has implements kv.Reader.
func (r *reader) Has(key []byte) (bool, error) {
	if err := kv.CheckKey(key); err != nil {
		return false, err
	}
	_, err := r.snapshot.Get(key)
	if errors.Is(err, lib.ErrKeyNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Scan implements kv.Reader.
func (r *reader) Scan(rng kv.Range, fn func(key, value []byte) (bool, error)) error {
	it := newCursor(r.snapshot, rng)
	defer it.close()
	for ; it.valid(); it.next() {
		value, err := it.value(rng.KeysOnly)
		if err != nil {
			return err
		}
		if more, err := fn(it.key(), value); err != nil || !more {
			return err
		}
	}
	return nil
}

// cursor walks the keys of a range in a snapshot.
type cursor struct {
	it        *lib.Iterator
	low, high []byte
	reverse   bool
	buf       []byte
}

func newCursor(snapshot *lib.Txn, rng kv.Range) *cursor {
	c := &cursor{reverse: rng.Reverse}
	c.low, c.high = rng.Bounds()
	opts := lib.IteratorOptions{Reverse: rng.Reverse}
	if !rng.Reverse {
		// Backwards the walk starts beyond the prefix, where Badger would end it.
		opts.Prefix = rng.Prefix
	}
	c.it = snapshot.NewIterator(opts)
	switch {
	case !rng.Reverse:
		c.it.Seek(c.low)
	case c.high == nil:
		c.it.Rewind()
	default:
		c.it.Seek(c.high)
		if c.it.Valid() && bytes.Equal(c.it.Item().Key(), c.high) {
			c.it.Next()
		}
	}
	return c
}

func (c *cursor) valid() bool {
	if !c.it.Valid() {
		return false
	}
	if c.reverse {
		return bytes.Compare(c.key(), c.low) >= 0
	}
	return c.high == nil || bytes.Compare(c.key(), c.high) < 0
}

func (c *cursor) next()       { c.it.Next() }
func (c *cursor) key() []byte { return c.it.Item().Key() }
func (c *cursor) close()      { c.it.Close() }

// value returns the value at the cursor until the next move, nil when only keys are asked.
func (c *cursor) value(keysOnly bool) ([]byte, error) {
	if keysOnly {
		return nil, nil
	}
	var err error
	if c.buf, err = c.it.Item().ValueCopy(c.buf); err != nil {
		return nil, fmt.Errorf("cannot read key %q: %w", c.key(), err)
	}
	return c.buf, nil
}
