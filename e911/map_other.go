//go:build !unix

package e911

import (
	"io"
	"os"
)

// mapFile reads what a file holds. Without shared memory slots do not outlive the process.
func mapFile(f *os.File, size int) (memory []byte, unmap func() error, err error) {
	memory = make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, int64(size)), memory); err != nil {
		return nil, nil, err
	}
	return memory, func() error { return nil }, nil
}
