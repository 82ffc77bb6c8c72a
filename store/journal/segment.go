package journal

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"dialtone/store/folder"
	"dialtone/store/kv"
)

const (
	// maxAhead is how far ahead, in bytes, a log has its blocks.
	maxAhead = 1 << 20
	// minSlack and maxSlack bound what is left free of a disk: 1 %.
	minSlack = 4 << 20
	maxSlack = 64 << 20
)

// zeros is what is written where there is nothing yet, and looked for at the end of logs.
var zeros [64 << 10]byte

// segment is the log that grows.
type segment struct {
	f         *os.File
	number    uint64
	used      int64 // bytes of frames
	allocated int64 // bytes that have blocks of zeros or frames
	ahead     int64 // how far ahead they are had
}

// createSegment makes an empty log with its first blocks, under its name.
func createSegment(dir string, h header, ahead int64) (_ *segment, err error) {
	temporary := path(dir, h.file, logSuffix) + newSuffix
	names, err := os.Open(dir) // at first: without descriptors nothing is half done
	if err != nil {
		return nil, err
	}
	defer names.Close()
	f, err := os.OpenFile(temporary, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	s := &segment{f: f, number: h.file, ahead: ahead}
	if err := s.fill(dir, h); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(temporary))
	}
	err = os.Rename(temporary, path(dir, h.file, logSuffix))
	if err == nil {
		err = names.Sync()
	}
	if err != nil { // whether the name stands is not known
		return nil, errors.Join(kv.ErrFailed, err, f.Close())
	}
	return s, nil
}

func (s *segment) fill(dir string, h header) error {
	frame := h.appendFrame(nil)
	if err := s.reserve(dir, int64(len(frame))); err != nil {
		return err
	}
	if _, err := s.f.WriteAt(frame, 0); err != nil {
		return err
	}
	s.used = int64(len(frame))
	return s.f.Sync()
}

// reserve makes sure of blocks for n more bytes. They hold zeros that are on disk: a
// commit then changes nothing but the content of blocks.
func (s *segment) reserve(dir string, n int64) error {
	if s.used+n <= s.allocated {
		return nil
	}
	want := (s.used + n + s.ahead) / s.ahead * s.ahead
	if err := room(dir, want-s.allocated); err != nil {
		return err
	}
	if err := s.zero(want); err != nil {
		return errors.Join(err, s.f.Truncate(s.allocated))
	}
	s.allocated = want
	return nil
}

func (s *segment) zero(want int64) error {
	// What a filesystem that cannot allocate lacks is found out by writing.
	err := ignoreInterrupts(func() error {
		return unix.Fallocate(int(s.f.Fd()), 0, s.allocated, want-s.allocated)
	})
	if err != nil && !errors.Is(err, unix.EOPNOTSUPP) && !errors.Is(err, unix.ENOSYS) {
		return err
	}
	for at := s.allocated; at < want; {
		n, err := s.f.WriteAt(zeros[:min(int64(len(zeros)), want-at)], at)
		if err != nil {
			return err
		}
		at += int64(n)
	}
	return s.f.Sync()
}

// append writes one frame where there are blocks for it, and syncs it. After
// kv.ErrFailed it is not known whether the frame is there; after other errors it is not.
func (s *segment) append(frame []byte) error {
	if _, err := s.f.WriteAt(frame, s.used); err != nil {
		return s.undo(err)
	}
	err := ignoreInterrupts(func() error { return unix.Fdatasync(int(s.f.Fd())) })
	if err != nil {
		return fmt.Errorf("%w: %w", kv.ErrFailed, err)
	}
	s.used += int64(len(frame))
	return nil
}

// undo takes back what is there of a frame, with the blocks behind it.
func (s *segment) undo(err error) error {
	undone := s.f.Truncate(s.used)
	if undone == nil {
		undone = s.f.Sync()
	}
	if undone != nil {
		return fmt.Errorf("%w: %w", kv.ErrFailed, errors.Join(err, undone))
	}
	s.allocated = s.used
	return err
}

// finish gives back the blocks that are not used. Zeros at the end of a log are no
// harm, so it does not matter whether this succeeds.
func (s *segment) finish() {
	_ = s.f.Truncate(s.used)
	_ = s.f.Close()
}

// room refuses to take the last blocks of a disk: other files need them to be closed.
func room(dir string, n int64) error {
	free, total, err := folder.Free(dir)
	if err != nil {
		return err
	}
	slack := min(max(total/100, minSlack), maxSlack)
	if free < n+slack {
		return fmt.Errorf("%w: %d bytes free, %d needed", kv.ErrNoSpace, free, n+slack)
	}
	return nil
}

// mapError gives an exceeded quota the contract's name.
func mapError(err error) error {
	if errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", kv.ErrNoSpace, err)
	}
	return err
}

func ignoreInterrupts(fn func() error) error {
	for {
		if err := fn(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
