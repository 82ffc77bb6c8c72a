package store

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"dialtone/store/blob"
	"dialtone/store/folder"
	"dialtone/store/kv"
	"dialtone/store/kv/badger"
)

var (
	// ErrBadBackup: the stream is not a backup, is cut short or is damaged.
	ErrBadBackup = kv.ErrBadBackup
	// ErrNotEmpty: a restore needs an empty folder.
	ErrNotEmpty = kv.ErrNotEmpty
	// ErrPartialRestore: a restore into this folder was cut short by a crash. Empty the
	// folder and restore again.
	ErrPartialRestore = kv.ErrPartialRestore
)

// restoreMark exists while a restore is under way, so that a part is never opened.
const restoreMark = "restore.partial"

// Restore fills an empty or missing data folder from a backup. ErrNotEmpty and
// ErrBadBackup tell why not; the folder is then as it was.
func Restore(dir string, r io.Reader, log *slog.Logger) error {
	if err := restore(dir, r, log); err != nil {
		return fmt.Errorf("cannot restore into %q: %w", dir, err)
	}
	return nil
}

func restore(dir string, r io.Reader, log *slog.Logger) error {
	missing, err := checkEmpty(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	mark := filepath.Join(dir, restoreMark)
	err = os.WriteFile(mark, nil, 0o600)
	if err == nil {
		err = folder.Sync(dir)
	}
	if err == nil {
		err = fillFolder(dir, r, log)
	}
	if err == nil {
		err = errors.Join(os.Remove(mark), folder.Sync(dir))
	}
	if err != nil {
		return errors.Join(err, emptyFolder(dir, missing))
	}
	return nil
}

func checkEmpty(dir string) (missing bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, err
	case len(entries) > 0:
		return false, ErrNotEmpty
	}
	return false, nil
}

// emptyFolder takes back what a failed restore wrote; the mark goes last.
func emptyFolder(dir string, remove bool) error {
	for _, name := range []string{keyFile, recordsDir, bindingsDir, blobsDir, restoreMark} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if remove {
		return os.Remove(dir)
	}
	return nil
}

// checkRestored refuses a folder whose restore did not end.
func checkRestored(dir string) error {
	_, err := os.Stat(filepath.Join(dir, restoreMark))
	switch {
	case err == nil:
		return fmt.Errorf("cannot open %q: %w", dir, ErrPartialRestore)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

func fillFolder(dir string, r io.Reader, log *slog.Logger) error {
	files, err := blob.New(blob.Options{Dir: filepath.Join(dir, blobsDir)})
	if err != nil {
		return err
	}
	b := &backupReader{r: bufio.NewReaderSize(r, 64<<10), sum: sha256.New()}
	if err := b.magic(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for {
		name, err := b.next()
		if err != nil {
			return err
		}
		if name == "" {
			break
		}
		if seen[name] {
			return fmt.Errorf("%w: two parts %q", ErrBadBackup, name)
		}
		seen[name] = true
		if err := restorePart(dir, name, b, files, log); err != nil {
			return err
		}
	}
	if !seen[keyFile] || !seen[recordsDir] || !seen[bindingsDir] {
		return fmt.Errorf("%w: parts missing", ErrBadBackup)
	}
	return nil
}

func restorePart(dir, name string, b *backupReader, files *blob.Store, log *slog.Logger) error {
	part := &partReader{b: b}
	var err error
	switch {
	case name == keyFile:
		err = restoreFile(filepath.Join(dir, keyFile), part)
	case name == recordsDir:
		err = restoreEngine(filepath.Join(dir, name), part, log)
	case name == bindingsDir:
		err = restoreBindings(filepath.Join(dir, name), part, log)
	case strings.HasPrefix(name, blobPart):
		err = restoreBlob(files, name, part)
	default:
		return fmt.Errorf("%w: unknown part %q", ErrBadBackup, name)
	}
	if err != nil {
		return err
	}
	if !part.ended {
		return fmt.Errorf("%w: part %q is too long", ErrBadBackup, name)
	}
	return nil
}

func restoreFile(path string, r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, 4096))
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func restoreEngine(dir string, r io.Reader, log *slog.Logger) error {
	engine, err := badger.Open(badger.Options{Dir: dir, Logger: log})
	if err != nil {
		return err
	}
	return errors.Join(engine.Restore(r), engine.Close())
}
