package blob

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// chunk is how many bytes are written between two looks at the free space.
const chunk = 1 << 20

// Put stores what r has, up to limit bytes, and returns its hash and size once it is on
// stable storage. Content already there is kept and its time set to now. ErrTooBig
// beyond the limit; syscall.ENOSPC (kv.ErrNoSpace) when the disk is full or at the
// reserve. After an error nothing is left behind.
func (s *Store) Put(r io.Reader, limit int64) (Hash, int64, error) {
	h, size, err := s.put(r, limit)
	if errors.Is(err, syscall.EDQUOT) {
		err = fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	}
	if err != nil {
		return Hash{}, 0, fmt.Errorf("cannot store file: %w", err)
	}
	return h, size, nil
}

func (s *Store) put(r io.Reader, limit int64) (Hash, int64, error) {
	tmp, err := os.CreateTemp(filepath.Join(s.dir, tmpName), "put-")
	if err != nil {
		return Hash{}, 0, err
	}
	h, size, err := s.write(tmp, r, limit)
	if err == nil {
		err = tmp.Sync()
	}
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = s.name(tmp.Name(), h)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return Hash{}, 0, err
	}
	return h, size, nil
}

// write copies r to the file in chunks and hashes it.
func (s *Store) write(f *os.File, r io.Reader, limit int64) (Hash, int64, error) {
	sum := sha256.New()
	to := io.MultiWriter(f, sum)
	r = io.LimitReader(r, limit+1)
	var size int64
	for {
		if err := s.room(chunk); err != nil {
			return Hash{}, 0, err
		}
		n, err := io.CopyN(to, r, chunk)
		if size += n; size > limit {
			return Hash{}, 0, fmt.Errorf("%w: more than %d bytes", ErrTooBig, limit)
		}
		if errors.Is(err, io.EOF) {
			return Hash(sum.Sum(nil)), size, nil
		}
		if err != nil {
			return Hash{}, 0, err
		}
	}
}

// name moves a written file to the name of its content and makes the name durable.
func (s *Store) name(tmp string, h Hash) error {
	s.names.RLock()
	defer s.names.RUnlock()
	path := s.path(h)
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// The name may exist: the content is the same, and its time should be now.
	if err := os.Chtimes(tmp, time.Time{}, time.Now()); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	for _, dir := range []string{dir, filepath.Dir(dir), s.dir} {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
