package store

import (
	"context"
	"sync"

	"dialtone/store/record"
)

// Change is one record before and after a commit. Before is nil for a created
// record, After for a deleted one; neither may be modified.
type Change struct {
	Revision      uint64
	Before, After record.Record
}

// Record is the record as it is now, or as it was when it was deleted.
func (c Change) Record() record.Record {
	if c.After != nil {
		return c.After
	}
	return c.Before
}

// Subscription receives changes in revision order. A subscriber that falls behind
// is told to resync: it has missed changes and must look at everything again.
type Subscription struct {
	feed  *feed
	limit int

	mu      sync.Mutex
	pending []Change
	resync  bool
	closed  bool
	wake    chan struct{} // capacity 1
}

// Next waits for changes. With resync true the subscriber has missed some and the
// changes are empty. The error is ctx's, or ErrClosed.
func (s *Subscription) Next(ctx context.Context) (changes []Change, resync bool, err error) {
	for {
		s.mu.Lock()
		changes, resync = s.pending, s.resync
		s.pending, s.resync = nil, false
		closed := s.closed
		s.mu.Unlock()
		if len(changes) > 0 || resync {
			return changes, resync, nil
		}
		if closed {
			return nil, false, ErrClosed
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
}

// Close ends the subscription; a waiting Next returns ErrClosed.
func (s *Subscription) Close() {
	s.feed.remove(s)
	s.end()
}

func (s *Subscription) end() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	signal(s.wake)
}

func (s *Subscription) push(changes []Change) {
	s.mu.Lock()
	switch {
	case s.resync:
	case len(s.pending)+len(changes) > s.limit:
		s.pending, s.resync = nil, true
	default:
		s.pending = append(s.pending, changes...)
	}
	s.mu.Unlock()
	signal(s.wake)
}

// feed hands commits to the subscribers without ever waiting for one.
type feed struct {
	mu     sync.Mutex
	subs   map[*Subscription]struct{}
	closed bool
}

func (f *feed) subscribe(limit int) *Subscription {
	s := &Subscription{feed: f, limit: limit, wake: make(chan struct{}, 1)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		s.closed = true
		return s
	}
	if f.subs == nil {
		f.subs = map[*Subscription]struct{}{}
	}
	f.subs[s] = struct{}{}
	return s
}

func (f *feed) remove(s *Subscription) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.subs, s)
}

func (f *feed) publish(changes []Change) {
	if len(changes) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.subs {
		s.push(changes)
	}
}

func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for s := range f.subs {
		s.end()
	}
	clear(f.subs)
}
