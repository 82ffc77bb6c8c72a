package badger

import (
	"bytes"
	"fmt"

	lib "github.com/dgraph-io/badger/v4"

	"dialtone/store/kv"
)

const (
	// sizeOverhead bounds what Badger adds to a key and a value when it checks the size of
	// a transaction, and in its log: header, version, checksum.
	sizeOverhead = 32
	// nodeOverhead is what an entry takes in memory on top: node, tower, alignment. The
	// tower is drawn by lot; the mean is about half of this.
	nodeOverhead = 32
	// closingBytes bounds the entry that ends a transaction in the log.
	closingBytes = 128
)

// write is one pending Put, or Delete when gone.
type write struct {
	key, value []byte
	gone       bool
}

// txn is a kv.Txn: writes kept aside, over a snapshot.
type txn struct {
	reader
	pending  map[string]write
	size     int64
	maxSize  int64
	maxCount int64
}

func newTxn(snapshot *lib.Txn, maxSize, maxCount int64) *txn {
	return &txn{
		reader:  reader{snapshot: snapshot},
		pending: make(map[string]write),
		// Badger adds a closing entry of its own and refuses the limit itself.
		maxSize: maxSize - 2*sizeOverhead, maxCount: maxCount - 2,
	}
}

// Get implements kv.Reader.
func (t *txn) Get(key []byte) ([]byte, error) {
	w, ok := t.pending[string(key)]
	switch {
	case !ok:
		return t.reader.Get(key)
	case w.gone:
		return nil, kv.ErrNotFound
	}
	return append([]byte{}, w.value...), nil
}

// Has implements kv.Reader.
func (t *txn) Has(key []byte) (bool, error) {
	if w, ok := t.pending[string(key)]; ok {
		return !w.gone, nil
	}
	return t.reader.Has(key)
}

// Put implements kv.Txn.
func (t *txn) Put(key, value []byte) error {
	if err := kv.CheckValue(value); err != nil {
		return err
	}
	return t.add(write{key: bytes.Clone(key), value: append([]byte{}, value...)})
}

// Delete implements kv.Txn.
func (t *txn) Delete(key []byte) error {
	return t.add(write{key: bytes.Clone(key), gone: true})
}

func (t *txn) add(w write) error {
	if err := kv.CheckKey(w.key); err != nil {
		return err
	}
	size, count := t.size+w.size(), int64(len(t.pending))+1
	if old, ok := t.pending[string(w.key)]; ok {
		size, count = size-old.size(), count-1
	}
	if size > t.maxSize || count > t.maxCount {
		return fmt.Errorf("%w: %d bytes in %d writes", kv.ErrTooBig, size, count)
	}
	t.pending[string(w.key)] = w
	t.size = size
	return nil
}

func (w write) size() int64 { return int64(len(w.key)+len(w.value)) + sizeOverhead }

// logBytes bounds what the transaction takes in the log and in memory.
func (t *txn) logBytes() int64 {
	return t.size + int64(len(t.pending))*nodeOverhead + closingBytes
}

// apply moves the pending writes into Badger's transaction.
func (t *txn) apply(to *lib.Txn) error {
	for _, w := range t.pending {
		var err error
		if w.gone {
			err = to.Delete(w.key)
		} else {
			err = to.Set(w.key, w.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
