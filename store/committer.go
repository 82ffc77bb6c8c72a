package store

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"dialtone/store/kv"
)

// Bounds of the committer.
const (
	maxGroup   = 512    // closures in one engine transaction
	maxWaiting = 10_000 // closures waiting; more are refused with ErrOverloaded
	// maxGroupWrites and maxGroupBytes keep a group within what any engine takes.
	maxGroupWrites = kv.MinTxnWrites - 1 // and the revision
	maxGroupBytes  = kv.MinTxn - 64<<10
)

// request is one closure on its way through the committer.
type request struct {
	ctx    context.Context
	urgent bool
	fn     func(*Tx) error
	tx     *Tx // what it wrote, once it has run without an error
	err    error
	done   chan struct{}
}

// committer takes the waiting closures one by one into one engine transaction,
// syncs once, applies the changes to the index in revision order, publishes them
// and only then releases the callers.
type committer struct {
	store *Store
	log   *slog.Logger

	failing bool // the last commit failed; owned by run

	mu      sync.Mutex
	normal  []*request
	urgent  []*request
	closed  bool
	wake    chan struct{} // capacity 1
	stopped chan struct{}
}

func newCommitter(s *Store) *committer {
	return &committer{store: s, log: s.log, wake: make(chan struct{}, 1), stopped: make(chan struct{})}
}

// submit runs fn in the next group and waits until it is durable. Once fn has been
// taken into a group its outcome is awaited even if ctx ends.
func (c *committer) submit(ctx context.Context, urgent bool, fn func(*Tx) error) error {
	r := &request{ctx: ctx, urgent: urgent, fn: fn, done: make(chan struct{})}
	if err := c.enqueue(r); err != nil {
		return err
	}
	<-r.done
	return r.err
}

func (c *committer) enqueue(r *request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	switch {
	case r.urgent:
		c.urgent = append(c.urgent, r)
	case len(c.normal) >= maxWaiting:
		c.store.metrics.refused.Inc()
		return ErrOverloaded
	default:
		c.normal = append(c.normal, r)
	}
	signal(c.wake)
	return nil
}

// run commits groups until close.
func (c *committer) run() {
	defer close(c.stopped)
	for {
		group, closed := c.take()
		if len(group) > 0 {
			c.commit(group)
			continue
		}
		if closed {
			return
		}
		<-c.wake
	}
}

// take removes the next group from the lanes, the urgent one first.
func (c *committer) take() (group []*request, closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	lane := &c.urgent
	if len(*lane) == 0 {
		lane = &c.normal
	}
	n := min(len(*lane), maxGroup)
	group = (*lane)[:n:n]
	*lane = (*lane)[n:]
	if len(*lane) == 0 {
		*lane = nil
	}
	return group, c.closed
}

// putBack returns what did not fit a group to the front of its lane.
func (c *committer) putBack(rest []*request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	lane := &c.normal
	if rest[0].urgent {
		lane = &c.urgent
	}
	*lane = append(rest[:len(rest):len(rest)], *lane...)
}

func (c *committer) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	signal(c.wake)
	<-c.stopped
}

func (c *committer) commit(group []*request) {
	start := time.Now()
	taken, revision, err := c.write(group)
	if err != nil {
		c.store.metrics.failed.Inc()
	}
	c.report(err)
	var changes []Change
	var states []stateChange
	var outbox []outboxNote
	sweep := false
	for _, r := range group[:taken] {
		if err != nil && r.err == nil {
			r.err = err
		}
		if r.err == nil && r.tx != nil {
			changes = append(changes, r.tx.changes...)
			states = append(states, r.tx.states...)
			outbox = append(outbox, r.tx.outbox...)
			sweep = sweep || r.tx.sweep
		}
	}
	if err == nil {
		c.store.index.apply(revision, changes, states)
		c.store.feed.publish(changes)
		c.store.outbox.publish(outbox)
	}
	if err == nil && sweep {
		signal(c.store.sweeper.wake)
	}
	if rest := group[taken:]; len(rest) > 0 {
		c.putBack(rest)
	}
	c.store.metrics.latency.Observe(time.Since(start).Seconds())
	c.store.metrics.group.Observe(float64(taken))
	for _, r := range group[:taken] {
		close(r.done)
	}
}

// report logs the first failure of a row, and its end.
func (c *committer) report(err error) {
	switch failing := err != nil; {
	case failing && !c.failing:
		c.log.Error("cannot commit", "err", err)
	case !failing && c.failing:
		c.log.Info("commits succeed again")
	}
	c.failing = err != nil
}

// write runs as many closures of the group as fit one engine transaction and
// commits it. It returns how many were taken and the last revision used.
func (c *committer) write(group []*request) (taken int, revision uint64, err error) {
	err = c.store.engine.Update(func(txn kv.Txn) error {
		taken, revision = 0, c.store.index.currentRevision()
		writes, bytes := 0, 0
		for _, r := range group {
			r.tx, r.err = nil, nil
			if r.err = r.ctx.Err(); r.err != nil {
				taken++
				continue
			}
			tx := newTx(c.store, txn, revision+1)
			r.err = runClosure(tx, r.fn, c.log)
			switch fits := writes+len(tx.buf.writes) <= maxGroupWrites && bytes+tx.buf.size <= maxGroupBytes; {
			case r.err != nil:
				taken++
				continue
			case !fits && taken > 0:
				return c.stamp(txn, revision)
			case !fits:
				r.err = fmt.Errorf("cannot commit %d writes of %d bytes at once: %w", len(tx.buf.writes), tx.buf.size, kv.ErrTooBig)
				taken++
				continue
			}
			if err := tx.buf.flush(); err != nil {
				return err
			}
			writes, bytes = writes+len(tx.buf.writes), bytes+tx.buf.size
			if len(tx.buf.writes) > 0 {
				revision++
			}
			r.tx = tx
			taken++
		}
		return c.stamp(txn, revision)
	})
	if err != nil && taken == 0 {
		taken = len(group)
	}
	return taken, revision, err
}

// stamp stores the revision when the group has written anything.
func (c *committer) stamp(txn kv.Txn, revision uint64) error {
	if revision == c.store.index.currentRevision() {
		return nil
	}
	return txn.Put(keyRevision, uint64BE(revision))
}

// runClosure keeps a panic inside one closure.
func runClosure(tx *Tx, fn func(*Tx) error, log *slog.Logger) (err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("closure panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("cannot commit: %v", p)
		}
	}()
	return fn(tx)
}
