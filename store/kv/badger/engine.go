package badger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"syscall"

	lib "github.com/dgraph-io/badger/v4"

	"dialtone/store/folder"
	"dialtone/store/kv"
)

// Engine is a kv.Engine in a folder.
type Engine struct {
	dir  string
	log  *slog.Logger
	db   *lib.DB
	lock *os.File
	room *room

	turn chan struct{} // holds one token: the right to write
	stop chan struct{} // closed when maintenance should end
	done chan struct{} // closed when it has ended
	wake chan int      // asks maintenance to compact from this many young tables on

	upkeep chan struct{} // holds one token: the right to rewrite tables

	failed bool // guarded by turn
	txn    *txn // guarded by turn

	mu     sync.Mutex
	closed bool
	users  sync.WaitGroup // running calls; Add only under mu while open
}

// Open opens or creates the engine in opts.Dir and starts its maintenance. It fails with
// kv.ErrLocked while another process has the folder, kv.ErrNoSpace when there is no room
// to bring a log into shape, kv.ErrPartialRestore after a restore that was cut short.
func Open(opts Options) (*Engine, error) {
	opts = opts.withDefaults()
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot create %q: %w", opts.Dir, err)
	}
	lock, err := folder.Lock(opts.Dir)
	if err != nil {
		return nil, err
	}
	e, err := open(opts)
	if err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("cannot open %q: %w", opts.Dir, err)
	}
	e.lock = lock
	e.turn <- struct{}{}
	e.upkeep <- struct{}{}
	go e.maintain()
	return e, nil
}

func open(opts Options) (*Engine, error) {
	if err := checkRestored(opts.Dir); err != nil {
		return nil, err
	}
	room := newRoom(opts.Dir, opts.memTable)
	if err := room.beforeOpen(); err != nil {
		return nil, err
	}
	db, err := lib.Open(opts.library())
	if err != nil {
		return nil, err
	}
	if err := room.opened(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Engine{
		dir: opts.Dir, log: opts.Logger, db: db, room: room, txn: newTxn(db.MaxBatchSize(), db.MaxBatchCount()),
		turn: make(chan struct{}, 1), upkeep: make(chan struct{}, 1), wake: make(chan int, 1),
		stop: make(chan struct{}), done: make(chan struct{}),
	}, nil
}

// View implements kv.Engine.
func (e *Engine) View(fn func(kv.Reader) error) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.users.Done()
	snapshot := e.db.NewTransaction(false)
	defer snapshot.Discard()
	return fn(&reader{snapshot: snapshot})
}

// Update implements kv.Engine.
func (e *Engine) Update(fn func(kv.Txn) error) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.users.Done()
	<-e.turn
	defer func() { e.turn <- struct{}{} }()
	return e.update(fn)
}

// update runs one transaction; the caller has the turn.
func (e *Engine) update(fn func(kv.Txn) error) error {
	if e.failed {
		return fmt.Errorf("cannot write to %q: %w", e.dir, kv.ErrFailed)
	}
	snapshot := e.db.NewTransaction(false)
	defer snapshot.Discard()
	t := e.txn
	t.begin(snapshot)
	if err := fn(t); err != nil {
		return err
	}
	if len(t.pending) == 0 {
		return nil
	}
	return e.commit(t)
}

func (e *Engine) commit(t *txn) error {
	if err := e.room.reserve(t.logBytes()); err != nil {
		e.askCompaction(compactTight)
		return fmt.Errorf("cannot write to %q: %w", e.dir, mapError(err))
	}
	w := e.db.NewTransaction(true)
	defer w.Discard()
	if err := t.apply(w); err != nil {
		return fmt.Errorf("cannot write to %q: %w", e.dir, mapError(err))
	}
	if err := w.Commit(); err != nil {
		return e.fail(err)
	}
	turned, err := e.room.committed()
	if err != nil {
		return e.fail(err)
	}
	if turned {
		e.askCompaction(compactAt)
	}
	return nil
}

// fail ends writing: what happened to the commit is known only after a new start.
func (e *Engine) fail(err error) error {
	e.failed = true
	e.log.Error("storage engine stopped taking writes", "dir", e.dir, "err", err)
	return fmt.Errorf("cannot commit to %q: %w: %w", e.dir, kv.ErrFailed, err)
}

// Backup implements kv.Engine.
func (e *Engine) Backup(w io.Writer) error {
	return e.View(func(r kv.Reader) error { return kv.WriteBackup(w, r) })
}

// Size implements kv.Engine. Sparse files count what they occupy.
func (e *Engine) Size() (int64, error) {
	if err := e.enter(); err != nil {
		return 0, err
	}
	defer e.users.Done()
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return 0, fmt.Errorf("cannot measure %q: %w", e.dir, err)
	}
	var size int64
	for _, entry := range entries {
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("cannot measure %q: %w", e.dir, err)
		}
		size += occupied(info)
	}
	return size, nil
}

// Close implements kv.Engine. On a disk so full that the log cannot become a table it
// leaves the log to the next Open and returns kv.ErrNoSpace; the folder then stays
// locked until the process ends.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.mu.Unlock()

	e.users.Wait()
	close(e.stop)
	<-e.done
	if err := e.room.beforeClose(); err != nil {
		return fmt.Errorf("cannot close %q: %w", e.dir, err)
	}
	if err := errors.Join(e.db.Close(), e.lock.Close()); err != nil {
		return fmt.Errorf("cannot close %q: %w", e.dir, err)
	}
	return nil
}

// enter counts the caller among the users Close waits for.
func (e *Engine) enter() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return fmt.Errorf("cannot use %q: %w", e.dir, kv.ErrClosed)
	}
	e.users.Add(1)
	return nil
}

// mapError gives Badger's errors the contract's names.
func mapError(err error) error {
	switch {
	case errors.Is(err, lib.ErrKeyNotFound):
		return kv.ErrNotFound
	case errors.Is(err, lib.ErrTxnTooBig):
		return kv.ErrTooBig
	case errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", kv.ErrNoSpace, err)
	}
	return err
}
