package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Sweep deletes the files stored before olderThan that keep does not want, and returns
// how many. A file is named by a record only after Put has returned, so olderThan must
// lie further back than any Put and its transaction last. keep is called once a file,
// without any lock.
func (s *Store) Sweep(ctx context.Context, keep func(Hash) bool, olderThan time.Time) (deleted int, err error) {
	err = filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || entry.IsDir() {
			return err
		}
		h, notHash := ParseHash(entry.Name())
		if notHash != nil || path != s.path(h) || keep(h) {
			return nil
		}
		gone, err := s.deleteOlder(h, olderThan)
		if gone {
			deleted++
		}
		return err
	})
	if err != nil {
		return deleted, fmt.Errorf("cannot sweep file store %q: %w", s.dir, err)
	}
	return deleted, nil
}

// deleteOlder deletes a file unless it has been put again since.
func (s *Store) deleteOlder(h Hash, olderThan time.Time) (gone bool, err error) {
	s.names.Lock()
	defer s.names.Unlock()
	info, err := os.Stat(s.path(h))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(olderThan) {
		return false, nil
	}
	if err == nil {
		err = os.Remove(s.path(h))
	}
	return err == nil, err
}
