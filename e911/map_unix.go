//go:build unix

package e911

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps a file into memory, shared: what is written there outlives the process.
func mapFile(f *os.File, size int) (memory []byte, unmap func() error, err error) {
	memory, err = unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	_ = unix.Mlock(memory) // where it is allowed: then nothing has to come back from the disk
	return memory, func() error { return unix.Munmap(memory) }, nil
}
