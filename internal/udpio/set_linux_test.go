package udpio

import (
	"testing"
	"time"
)

// Datagrams gather while they come densely, and not longer than until there are enough.
func TestSetPause(t *testing.T) {
	const gather = 8 * time.Millisecond
	start := time.Unix(1_800_000_000, 0)
	for _, tt := range []struct {
		name  string
		count int // in a window
		want  time.Duration
	}{
		{"none", 0, 0},
		{"a few", windowGathers, 0},
		{"dense", windowGathers + 1, gather},
		{"enough each time", windowGathers * enough, gather},
		{"twice that", 2 * windowGathers * enough, gather / 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Set{gather: gather, began: start}
			s.Took(tt.count)
			s.measure(start.Add(windowGathers * gather))
			if s.pause != tt.want {
				t.Errorf("%v, want %v", s.pause, tt.want)
			}
		})
	}
}
