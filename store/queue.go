package store

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store/kv"
)

// Bounds of a queue's writing.
const (
	// flushEvery is how long an item waits at most before it is written.
	flushEvery = 500 * time.Millisecond
	// flushItems is how many are written together at most.
	flushItems = 256
	// minBackoff and maxBackoff bound the wait between two tries on a full disk.
	minBackoff = 100 * time.Millisecond
	maxBackoff = 5 * time.Second
)

// Queue writes items in the background, together: what happens on a hot path must
// not wait for the disk. Items are written within a second, or once 256 wait.
type Queue[T any] struct {
	store   *Store
	name    string
	limit   int
	flush   func(*Tx, []T) error
	extra   func() []T // what to write before the next batch, taken once
	dropped prometheus.Counter
	log     *slog.Logger

	mu      sync.Mutex
	pending []T
	closed  bool
	wake    chan struct{} // capacity 1: there is something to write
	full    chan struct{} // capacity 1: there is a whole batch
	closing chan struct{}
	done    chan struct{}
}

// NewQueue starts a queue of at most limit items. flush writes a batch; like every
// closure it may run more than once. Close the queue before the store.
func NewQueue[T any](s *Store, name string, limit int, flush func(*Tx, []T) error) *Queue[T] {
	return newQueue(s, name, limit, nil, flush)
}

func newQueue[T any](s *Store, name string, limit int, extra func() []T, flush func(*Tx, []T) error) *Queue[T] {
	q := &Queue[T]{
		store: s, name: name, limit: limit, flush: flush, extra: extra,
		dropped: s.metrics.dropped.WithLabelValues(name), log: s.log,
		wake: make(chan struct{}, 1), full: make(chan struct{}, 1),
		closing: make(chan struct{}), done: make(chan struct{}),
	}
	go q.run()
	return q
}

// Add puts an item into the queue. It never waits: false when the queue is full or
// closed, and the item is dropped.
func (q *Queue[T]) Add(item T) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(q.pending) >= q.limit {
		q.dropped.Inc()
		return false
	}
	q.pending = append(q.pending, item)
	signal(q.wake)
	if len(q.pending) >= flushItems {
		signal(q.full)
	}
	return true
}

// Close writes what waits and ends the queue. On a full disk it gives up after one try.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.closing)
	}
	q.mu.Unlock()
	<-q.done
}

func (q *Queue[T]) run() {
	defer close(q.done)
	for {
		select {
		case <-q.wake:
		case <-q.closing:
			q.drain()
			return
		}
		timer := time.NewTimer(flushEvery)
		select {
		case <-q.full:
		case <-timer.C:
		case <-q.closing:
		}
		timer.Stop()
		q.drain()
	}
}

// drain writes until nothing waits. Items count against the limit until they are
// written.
func (q *Queue[T]) drain() {
	for {
		if q.extra != nil {
			if items := q.extra(); len(items) > 0 {
				q.write(items)
			}
		}
		q.mu.Lock()
		batch := q.pending[:min(len(q.pending), flushItems)]
		q.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		q.write(batch)
		q.mu.Lock()
		if q.pending = q.pending[len(batch):]; len(q.pending) == 0 {
			q.pending = nil
		}
		q.mu.Unlock()
	}
}

// write makes a batch durable, waiting for room on the disk if need be, and drops it
// when that is hopeless.
func (q *Queue[T]) write(batch []T) {
	for wait := minBackoff; ; wait = min(2*wait, maxBackoff) {
		err := q.store.Update(context.Background(), func(tx *Tx) error { return q.flush(tx, batch) })
		switch {
		case err == nil:
			return
		case errors.Is(err, kv.ErrTooBig) && len(batch) > 1:
			q.write(batch[:len(batch)/2])
			q.write(batch[len(batch)/2:])
			return
		case (errors.Is(err, ErrNoSpace) || errors.Is(err, ErrOverloaded)) && q.pause(wait):
			continue
		}
		q.dropped.Add(float64(len(batch)))
		q.log.Error("cannot write queued items", "queue", q.name, "items", len(batch), "err", err)
		return
	}
}

// pause waits; false when the queue is closing.
func (q *Queue[T]) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-q.closing:
		return false
	}
}

// signal fills a channel of capacity 1.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
