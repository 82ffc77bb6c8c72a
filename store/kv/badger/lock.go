package badger

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

// lockDir takes the folder for this process. The lock belongs to the open file and goes
// with the process; the file itself stays and holds the last owner's process id.
func lockDir(dir string) (*os.File, error) {
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
