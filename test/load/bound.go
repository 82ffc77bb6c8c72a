package load

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Bounds on every run.
const (
	MaxPhones   = 2_000_000
	MaxRate     = 500_000 // a second
	MaxDuration = time.Hour
	MaxSockets  = 4096
	maxWorkers  = 64
)

// The reasons a run is refused.
var (
	ErrNotLoopback = errors.New("only loopback addresses are loaded")
	ErrBound       = errors.New("out of bounds")
)

// checkTarget refuses everything off this machine.
func checkTarget(target netip.AddrPort) error {
	if !target.IsValid() || target.Port() == 0 || !target.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("cannot load %q: %w", target, ErrNotLoopback)
	}
	return nil
}

// within refuses a value outside low..high.
func within[T int | float64 | time.Duration](what string, v, low, high T) error {
	if v < low || v > high {
		return fmt.Errorf("cannot take %s %v: %w, %v to %v", what, v, ErrBound, low, high)
	}
	return nil
}
