package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

var (
	// ErrNotFound: no file with this hash.
	ErrNotFound = errors.New("file not found")
	// ErrTooBig: the content is longer than the limit given to Put.
	ErrTooBig = errors.New("file too big")
)

const tmpName = "tmp"

// Options say where files live.
type Options struct {
	// Dir is the folder, created if missing; nothing else may live in it.
	Dir string
	// Reserve is the number of bytes Put leaves free on the disk for others, above all for
	// the database: beyond it Put fails like on a full disk.
	Reserve int64
}

// Store keeps files in one folder. Its methods may be called by several goroutines, and
// by one process at a time.
type Store struct {
	dir     string
	reserve int64

	// names is held for reading while a Put brings a file to its name, and for writing
	// while Delete and Sweep take one away, so that a Put of content that is being removed
	// never returns the hash of a file that has just gone.
	names sync.RWMutex
}

// New opens or creates a store and removes what a crash left half written.
func New(opts Options) (*Store, error) {
	s := &Store{dir: opts.Dir, reserve: opts.Reserve}
	if err := os.RemoveAll(filepath.Join(s.dir, tmpName)); err != nil {
		return nil, fmt.Errorf("cannot open file store %q: %w", s.dir, err)
	}
	if err := os.MkdirAll(filepath.Join(s.dir, tmpName), 0o700); err != nil {
		return nil, fmt.Errorf("cannot open file store %q: %w", s.dir, err)
	}
	return s, nil
}

// Open opens a file for reading; ErrNotFound without one. The file stays readable after
// a Delete until it is closed.
func (s *Store) Open(h Hash) (*os.File, error) {
	f, err := os.Open(s.path(h))
	if err != nil {
		return nil, openError(h, err)
	}
	return f, nil
}

// Info is what is known of a file without reading it.
type Info struct {
	// Size in bytes.
	Size int64
	// Stored is when the content was last put.
	Stored time.Time
}

// Stat describes a file; ErrNotFound without one.
func (s *Store) Stat(h Hash) (Info, error) {
	info, err := os.Stat(s.path(h))
	if err != nil {
		return Info{}, openError(h, err)
	}
	return Info{Size: info.Size(), Stored: info.ModTime()}, nil
}

// Delete removes a file; one that is not there is no error.
func (s *Store) Delete(h Hash) error {
	s.names.Lock()
	defer s.names.Unlock()
	if err := os.Remove(s.path(h)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot delete file %q: %w", h, err)
	}
	return nil
}

func (s *Store) path(h Hash) string {
	name := h.String()
	return filepath.Join(s.dir, name[:2], name[2:4], name)
}

func openError(h Hash, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot open file %q: %w", h, ErrNotFound)
	}
	return fmt.Errorf("cannot open file %q: %w", h, err)
}

// Room is nil when there is room for a file of so many bytes, else syscall.ENOSPC
// (kv.ErrNoSpace): for those who had better not begin what they cannot end.
func (s *Store) Room(size int64) error { return s.room(size) }

// room refuses a write that would leave less than the reserve.
func (s *Store) room(size int64) error {
	if s.reserve <= 0 {
		return nil
	}
	var st unix.Statfs_t
	if err := unix.Statfs(s.dir, &st); err != nil {
		return fmt.Errorf("cannot ask for free space: %w", err)
	}
	if int64(st.Bavail)*st.Bsize < size+s.reserve {
		return syscall.ENOSPC
	}
	return nil
}
