package blob

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// draftsName is the folder of drafts.
const draftsName = "drafts"

// Draft is a file that grows for a while before its content is known, as a recording
// does. Unlike what Put writes it outlives a crash: whoever began it finds it again by its
// name. It is used by one goroutine at a time.
type Draft struct {
	s    *Store
	name string
	f    *os.File
	size int64
	room int64 // that may be written before the next look at the free space
}

// NewDraft begins a file; there must be none of that name.
func (s *Store) NewDraft(name string) (*Draft, error) {
	return s.draft(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

// OpenDraft goes on with a file; ErrNotFound without one.
func (s *Store) OpenDraft(name string) (*Draft, error) {
	d, err := s.draft(name, os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot open draft %q: %w", name, ErrNotFound)
	}
	return d, err
}

func (s *Store) draft(name string, flag int) (*Draft, error) {
	if name == "" || name != filepath.Base(name) || name[0] == '.' {
		return nil, fmt.Errorf("cannot open draft %q: malformed name", name)
	}
	dir := filepath.Join(s.dir, draftsName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot open draft %q: %w", name, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name), flag, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open draft %q: %w", name, err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open draft %q: %w", name, err), f.Close())
	}
	return &Draft{s: s, name: name, f: f, size: size}, nil
}

// Drafts lists the names of the drafts there are.
func (s *Store) Drafts() (names []string, err error) {
	entries, err := os.ReadDir(filepath.Join(s.dir, draftsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// Size is how long the file is, in bytes.
func (d *Draft) Size() int64 { return d.size }

// Write adds to the end. On a disk that is full or at the reserve it fails with
// syscall.ENOSPC (kv.ErrNoSpace); what was written before stays.
func (d *Draft) Write(b []byte) (int, error) {
	if d.room < int64(len(b)) {
		if err := d.s.room(chunk + int64(len(b))); err != nil {
			return 0, fmt.Errorf("cannot write draft %q: %w", d.name, err)
		}
		d.room = chunk + int64(len(b))
	}
	n, err := d.f.Write(b)
	d.size += int64(n)
	d.room -= int64(n)
	if errors.Is(err, syscall.EDQUOT) {
		err = fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	}
	if err != nil {
		return n, fmt.Errorf("cannot write draft %q: %w", d.name, err)
	}
	return n, nil
}

// WriteAt replaces a part of what is there.
func (d *Draft) WriteAt(b []byte, at int64) (int, error) {
	if at < 0 || at+int64(len(b)) > d.size {
		return 0, fmt.Errorf("cannot write draft %q: beyond its end", d.name)
	}
	return d.f.WriteAt(b, at)
}

// Truncate cuts the end off.
func (d *Draft) Truncate(size int64) error {
	if size < 0 || size > d.size {
		return fmt.Errorf("cannot cut draft %q: beyond its end", d.name)
	}
	err := d.f.Truncate(size)
	if err == nil {
		_, err = d.f.Seek(size, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("cannot cut draft %q: %w", d.name, err)
	}
	d.size = size
	return nil
}

// Keep makes the draft a file of the store, named by its content, and returns its hash and
// size once it is on stable storage. Whatever it returns, the draft is closed.
func (d *Draft) Keep() (Hash, int64, error) {
	h, err := d.keep()
	if err != nil {
		return Hash{}, 0, fmt.Errorf("cannot keep draft %q: %w", d.name, err)
	}
	return h, d.size, nil
}

func (d *Draft) keep() (h Hash, err error) {
	sum := sha256.New()
	_, err = d.f.Seek(0, io.SeekStart)
	if err == nil {
		_, err = io.Copy(sum, d.f)
	}
	if err == nil {
		err = d.f.Sync()
	}
	if err = errors.Join(err, d.f.Close()); err != nil {
		return h, err
	}
	h = Hash(sum.Sum(nil))
	return h, d.s.name(d.f.Name(), h)
}

// Drop deletes the draft.
func (d *Draft) Drop() error {
	err := d.f.Close()
	if remove := os.Remove(d.f.Name()); remove != nil && !errors.Is(remove, fs.ErrNotExist) {
		err = errors.Join(err, remove)
	}
	if err != nil {
		return fmt.Errorf("cannot drop draft %q: %w", d.name, err)
	}
	return nil
}
