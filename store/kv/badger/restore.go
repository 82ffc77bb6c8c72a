package badger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"dialtone/store/folder"
	"dialtone/store/kv"
)

const (
	// restoreMark exists while a restore is under way, so that a part is never opened.
	restoreMark = "dialtone.restoring"
	// restoreBytes is the size of one transaction of a restore.
	restoreBytes = 512 << 10
)

// Restore implements kv.Engine.
func (e *Engine) Restore(r io.Reader) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.users.Done()
	<-e.turn
	defer func() { e.turn <- struct{}{} }()

	if err := e.restore(r); err != nil {
		return fmt.Errorf("cannot fill %q: %w", e.dir, err)
	}
	return nil
}

func (e *Engine) restore(r io.Reader) error {
	if err := e.checkEmpty(); err != nil {
		return err
	}
	mark := filepath.Join(e.dir, restoreMark)
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		return err
	}
	if err := folder.Sync(e.dir); err != nil {
		return err
	}
	if err := e.fill(r); err != nil {
		return errors.Join(err, e.empty(mark))
	}
	return e.unmark(mark)
}

// fill commits the backup in transactions of moderate size.
func (e *Engine) fill(r io.Reader) error {
	var batch []write
	var size int64
	flush := func() error {
		err := e.update(func(t kv.Txn) error {
			for _, w := range batch {
				if err := t.Put(w.key, w.value); err != nil {
					return err
				}
			}
			return nil
		})
		batch, size = batch[:0], 0
		return err
	}
	err := kv.ReadBackup(r, func(key, value []byte) error {
		w := write{key: append([]byte{}, key...), value: append([]byte{}, value...)}
		batch, size = append(batch, w), size+w.size()
		if size < restoreBytes && len(batch) < kv.MinTxnWrites/4 {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// empty takes back what a failed restore wrote.
func (e *Engine) empty(mark string) error {
	if e.failed {
		return kv.ErrPartialRestore
	}
	<-e.upkeep
	defer func() { e.upkeep <- struct{}{} }()
	err := e.db.DropAll()
	if err == nil {
		err = e.room.opened()
	}
	if err != nil {
		e.failed = true
		return errors.Join(kv.ErrPartialRestore, err)
	}
	return e.unmark(mark)
}

func (e *Engine) unmark(mark string) error {
	if err := os.Remove(mark); err != nil {
		return err
	}
	return folder.Sync(e.dir)
}

func (e *Engine) checkEmpty() error {
	snapshot := e.db.NewTransaction(false)
	defer snapshot.Discard()
	r := reader{snapshot: snapshot}
	return r.Scan(kv.Range{KeysOnly: true}, func(_, _ []byte) (bool, error) {
		return false, kv.ErrNotEmpty
	})
}

// checkRestored refuses a folder whose restore did not end.
func checkRestored(dir string) error {
	_, err := os.Stat(filepath.Join(dir, restoreMark))
	switch {
	case err == nil:
		return kv.ErrPartialRestore
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}
