package journal

import (
	"errors"
	"fmt"
)

var (
	// ErrDamaged: a file does not hold what was written to it.
	ErrDamaged = errors.New("journal damaged")
	// ErrNewer: a file was written by a later version.
	ErrNewer = errors.New("journal of a later version")
)

// damaged names the place.
func damaged(path string, offset int64, what string) error {
	return fmt.Errorf("%w: %q at byte %d: %s", ErrDamaged, path, offset, what)
}
