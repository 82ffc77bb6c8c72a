package kv

import "io"

// Engine is an ordered map of byte keys to byte values on stable storage. All methods
// may be called by several goroutines at once.
type Engine interface {
	// View runs fn on a snapshot. The Reader is invalid once fn has returned.
	View(fn func(Reader) error) error

	// Update runs fn in a serializable transaction and commits it. It returns nil only
	// after the writes have been synced. An error from fn is returned as it is and
	// nothing is written. fn may run again after a conflict, so it must have no side
	// effects outside the transaction; the Txn is invalid once fn has returned.
	// fn must not call Update on the same engine.
	Update(fn func(Txn) error) error

	// Backup writes every key of one snapshot to w, in the format of WriteBackup, while
	// reads and writes go on.
	Backup(w io.Writer) error

	// Restore fills an empty engine from a backup; ErrNotEmpty if it holds any key. Other
	// writers wait; readers must keep away until it returns, they would see a part. After
	// ErrBadBackup or ErrNoSpace the engine is empty again.
	Restore(r io.Reader) error

	// Size is the number of bytes the engine takes on disk.
	Size() (int64, error)

	// Close waits for running calls and background work, then releases the engine. It
	// must not be called from inside View or Update. Later calls get ErrClosed; closing
	// twice is harmless.
	Close() error
}

// Reader reads one snapshot.
type Reader interface {
	// Get returns a copy of the value, the caller's to keep; ErrNotFound without one.
	Get(key []byte) ([]byte, error)

	// Has reports whether the key exists.
	Has(key []byte) (bool, error)

	// Scan calls fn for the keys of r in order until fn returns false or an error, which
	// Scan then returns. key and value are valid only during the call of fn and must not
	// be changed; value is nil with Range.KeysOnly. Scans may be nested.
	Scan(r Range, fn func(key, value []byte) (more bool, err error)) error
}

// Txn is a Reader that also writes. It reads its own writes; a Scan sees those made
// before the Scan began. A Txn is used by one goroutine.
type Txn interface {
	Reader

	// Put copies key and value. ErrTooBig when the transaction, the key or the value is
	// over its limit; the transaction then stands as it was before the call.
	Put(key, value []byte) error

	// Delete removes the key; deleting a key that is not there is no error.
	Delete(key []byte) error
}
