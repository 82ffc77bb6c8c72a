package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"dialtone/store/folder"
	"dialtone/store/journal"
	"dialtone/store/kv"
	"dialtone/store/kv/badger"
)

// Folders beside that of the bindings while they move from an engine, where they were
// before there was a journal, to the journal.
const (
	movingSuffix = ".moving" // the journal; complete once the engine's folder has its suffix
	movedSuffix  = ".moved"  // the engine, of no more use
)

// prefixBinding starts the keys of bindings in an engine and in backups of one.
const prefixBinding = "b/"

// moveBatch is how many bytes of bindings are committed at once.
const moveBatch = 512 << 10

// moveBindings turns an engine in dir into a journal. Cut short at any point, the next
// call goes on.
func moveBindings(dir string, log *slog.Logger) error {
	copied, err := there(dir + movedSuffix)
	if err != nil {
		return err
	}
	if !copied {
		engine, err := there(filepath.Join(dir, "MANIFEST")) // Badger's list of tables
		if err != nil || !engine {
			return err
		}
		log.Info("moving bindings to a journal", "dir", dir)
		if err := copyBindings(dir, log); err != nil {
			return fmt.Errorf("cannot move bindings to a journal: %w", err)
		}
		if err := rename(dir, dir+movedSuffix); err != nil {
			return err
		}
	}
	moved, err := there(dir)
	if err == nil && !moved {
		err = rename(dir+movingSuffix, dir)
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(dir + movedSuffix)
}

// copyBindings writes a journal beside an engine.
func copyBindings(dir string, log *slog.Logger) (err error) {
	if err := os.RemoveAll(dir + movingSuffix); err != nil {
		return err
	}
	engine, err := badger.Open(badger.Options{Dir: dir, Logger: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	format, _, err := readFormat(engine)
	if err != nil {
		return err
	}
	if format > bindingsFormat {
		return fmt.Errorf("bindings of format %d: %w", format, ErrNewerFormat)
	}
	return fillBindings(dir+movingSuffix, log, func(put func(key, value []byte) error) error {
		return engine.View(func(r kv.Reader) error {
			return r.Scan(kv.Range{Prefix: []byte(prefixBinding)}, func(key, value []byte) (bool, error) {
				return true, put(key[len(prefixBinding):], value)
			})
		})
	})
}

// fillBindings makes a journal of what each puts.
func fillBindings(dir string, log *slog.Logger, each func(put func(key, value []byte) error) error) error {
	j, err := journal.Open(journal.Options{Dir: dir, Logger: log})
	if err != nil {
		return err
	}
	var ops []BindingOp
	size := 0
	flush := func() error {
		err := j.Commit(ops)
		ops, size = ops[:0], 0
		return err
	}
	err = each(func(key, value []byte) error {
		ops = append(ops, BindingOp{append([]byte(nil), key...), append([]byte{}, value...)})
		if size += len(key) + len(value); size < moveBatch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return errors.Join(err, j.Close())
}

// restoreBindings fills a journal from a backup: of a journal, or of the engine that
// was there before.
func restoreBindings(dir string, src io.Reader, log *slog.Logger) error {
	r := bufio.NewReader(src)
	engine := kv.IsBackup(r)
	return fillBindings(dir, log, func(put func(key, value []byte) error) error {
		if !engine {
			return journal.ReadBackup(r, put)
		}
		return kv.ReadBackup(r, func(key, value []byte) error {
			if name, ok := bytesAfter(key, prefixBinding); ok {
				return put(name, value)
			}
			return nil
		})
	})
}

func bytesAfter(key []byte, prefix string) ([]byte, bool) {
	if len(key) <= len(prefix) || string(key[:len(prefix)]) != prefix {
		return nil, false
	}
	return key[len(prefix):], true
}

func there(path string) (bool, error) {
	missing, err := absent(path)
	return !missing, err
}

// rename makes the new name durable.
func rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return folder.Sync(filepath.Dir(to))
}
