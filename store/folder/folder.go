// Package folder is what every owner of a folder of files needs: a lock for this
// process, names that survive a power cut, and the room that is left.
package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"dialtone/store/kv"
)

const lockName = "dialtone.lock"

// Lock takes the folder for this process, or fails with kv.ErrLocked. The lock belongs
// to the open file and goes with the process; the file itself stays and holds the last
// owner's process id.
func Lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot lock %q: %w", dir, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("cannot lock %q: %w", dir, err)
		}
		var owner [20]byte
		n, _ := f.Read(owner[:])
		return nil, fmt.Errorf("cannot open %q: %w (process %q)", dir, kv.ErrLocked, owner[:n])
	}
	// The process id is for people; a full disk must not keep the folder from opening.
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt(strconv.AppendInt(nil, int64(os.Getpid()), 10), 0)
	}
	return f, nil
}

// Free returns the bytes a process without privileges may still write to the
// filesystem of dir, and the size of that filesystem.
func Free(dir string) (free, total int64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, fmt.Errorf("cannot ask for free space in %q: %w", dir, err)
	}
	return int64(st.Bavail) * st.Bsize, int64(st.Blocks) * st.Bsize, nil
}

// Sync makes the names in dir durable.
func Sync(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("cannot sync folder %q: %w", dir, err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("cannot sync folder %q: %w", dir, err)
	}
	return nil
}
