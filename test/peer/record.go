package peer

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// Record is what a peer saw, in order. Tests await entries of it.
type Record[T any] struct {
	mu      sync.Mutex
	all     []T
	read    int           // entries up to the last one awaited
	changed chan struct{} // closed by the next add
}

func newRecord[T any]() *Record[T] { return &Record[T]{changed: make(chan struct{})} }

func (r *Record[T]) add(entry T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, entry)
	close(r.changed)
	r.changed = make(chan struct{})
}

// All is every entry so far.
func (r *Record[T]) All() []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]T(nil), r.all...)
}

// Await returns the next entry that matches, after the one awaited before it.
// It fails the test with all entries when none comes.
func (r *Record[T]) Await(t testing.TB, what string, match func(T) bool) T {
	t.Helper()
	timeout := time.NewTimer(deadline)
	defer timeout.Stop()
	for {
		entry, found, changed := r.next(match)
		if found {
			return entry
		}
		select {
		case <-changed:
		case <-timeout.C:
			t.Fatalf("%s did not come; what came: %s", what, r)
		}
	}
}

// String lists the entries, one a line.
func (r *Record[T]) String() string {
	var b strings.Builder
	for _, entry := range r.All() {
		fmt.Fprintf(&b, "\n\t%v", entry)
	}
	return b.String()
}

func (r *Record[T]) next(match func(T) bool) (entry T, found bool, changed chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := r.read; i < len(r.all); i++ {
		if match(r.all[i]) {
			r.read = i + 1
			return r.all[i], true, nil
		}
	}
	return entry, false, r.changed
}
