package badger

import (
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

// keptBytes bounds the memory a transaction leaves to the next.
const keptBytes = 4 << 20

// txn is a kv.Txn: writes kept aside, over a snapshot. Its memory serves one
// transaction after the other.
type txn struct {
	reader
	pending  map[string]write
	most     int    // the largest pending has been
	buf      []byte // holds keys and values
	size     int64
	maxSize  int64
	maxCount int64
}

func newTxn(maxSize, maxCount int64) *txn {
	// Badger adds a closing entry of its own and refuses the limit itself.
	return &txn{maxSize: maxSize - 2*sizeOverhead, maxCount: maxCount - 2}
}

// begin empties t for a transaction over snapshot. What was much larger than it
// needed to be last time is let go: emptying it would cost more than making it anew.
func (t *txn) begin(snapshot *lib.Txn) {
	t.most = max(t.most, len(t.pending))
	if t.pending == nil || len(t.pending) < t.most/8 {
		t.pending, t.most = make(map[string]write), 0
	} else {
		clear(t.pending)
	}
	if t.buf == nil || cap(t.buf) > keptBytes {
		t.buf = make([]byte, 0, 4096)
	}
	t.reader, t.buf, t.size = reader{snapshot: snapshot}, t.buf[:0], 0
}

// keep copies b.
func (t *txn) keep(b []byte) []byte {
	start := len(t.buf)
	t.buf = append(t.buf, b...)
	return t.buf[start:len(t.buf):len(t.buf)]
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
	return t.add(write{key: t.keep(key), value: t.keep(value)})
}

// Delete implements kv.Txn.
func (t *txn) Delete(key []byte) error {
	return t.add(write{key: t.keep(key), gone: true})
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
