//go:build race

package sip

import "testing"

// skipUnderRace: the race detector makes sync.Pool drop values at random.
func skipUnderRace(t *testing.T) { t.Skip("pools allocate under the race detector") }
