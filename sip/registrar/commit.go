package registrar

import (
	"context"
	"sync"
	"time"
)

// Log is where bindings are kept. Commit makes all ops durable as one batch, in
// their order, before it returns, or fails and keeps none. It is called by one
// goroutine at a time; the ops and their bytes are valid only during the call.
type Log interface {
	Commit(ops []Op) error
}

// Op writes the record of one AOR. Key is the AOR; a nil Value deletes it. The type
// has no name of its own, so that a log need not import this package.
type Op = struct{ Key, Value []byte }

// Limits on one Commit; the bytes may be exceeded by one record.
const (
	MaxCommitOps   = 4096
	MaxCommitBytes = 512 << 10
)

// change is what one update adds to a group.
type change struct {
	aor    *aor // whose state to write; nil: nothing to write
	waiter Waiter
	events []Event
}

func (ch *change) event(kind EventKind, b Binding) {
	ch.events = append(ch.events, Event{kind, b})
}

// reset empties ch for the next update, keeping its room for events.
func (ch *change) reset(w Waiter) *change {
	clear(ch.events)
	*ch = change{waiter: w, events: ch.events[:0]}
	return ch
}

// group is a batch while it fills. Records are encoded into buf as they come.
type group struct {
	buf     []byte
	spans   []span
	waiters []Waiter
	events  []Event
}

// span says where in buf a key and its value end.
type span struct{ keyEnd, end int }

// maxKept bounds the memory a group keeps between commits, in bytes.
const maxKept = 4 << 20

func (g *group) reset() {
	if cap(g.buf) > maxKept {
		*g = group{}
		return
	}
	clear(g.waiters)
	clear(g.events)
	g.buf, g.spans, g.waiters, g.events = g.buf[:0], g.spans[:0], g.waiters[:0], g.events[:0]
}

func (g *group) add(ch *change) {
	if ch.aor != nil {
		g.buf = append(g.buf, ch.aor.name()...)
		keyEnd := len(g.buf)
		if len(ch.aor.bindings) > 0 {
			g.buf = ch.aor.appendRecord(g.buf)
		}
		g.spans = append(g.spans, span{keyEnd, len(g.buf)})
	}
	if ch.waiter != nil {
		g.waiters = append(g.waiters, ch.waiter)
	}
	g.events = append(g.events, ch.events...)
}

// committer is the group commit: updates fill a group while its goroutine
// commits the one before.
type committer struct {
	log     Log
	limit   int
	metrics *metrics
	events  *hub
	// released is Config.Released.
	released func()
	encode   func(dst []byte, aor string) []byte
	wake     chan struct{}
	pace     pace

	mu      sync.Mutex
	filling *group
	closed  bool

	// Owned by the committing goroutine.
	spare   *group
	ops     []Op
	unsaved map[string]struct{} // AORs whose last commit failed
}

// admit refuses an update before anything is changed.
func (c *committer) admit() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return ErrClosed
	case len(c.filling.waiters) >= c.limit:
		c.metrics.busy.Inc()
		return ErrBusy
	default:
		return nil
	}
}

// Waiting is how many updates wait for the disk, and how many may at most.
func (r *Registrar) Waiting() (waiting, limit int) {
	r.commits.mu.Lock()
	defer r.commits.mu.Unlock()
	return len(r.commits.filling.waiters), r.commits.limit
}

// enqueue adds a change to the next commit. Callers hold the mutex of the
// change's shard, which keeps an AOR's changes in order.
func (c *committer) enqueue(ch *change) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	c.filling.add(ch)
	c.pace.filled(len(c.filling.waiters))
	c.nudge()
	return nil
}

// nudge wakes the committing goroutine.
func (c *committer) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run commits until ctx ends, and then what is left.
func (c *committer) run(ctx context.Context) {
	for {
		select {
		case <-c.wake:
			c.pace.wait(ctx)
			c.commit(c.take(false))
		case <-ctx.Done():
			c.commit(c.take(true))
			return
		}
	}
}

// take swaps the filling group for an empty one.
func (c *committer) take(last bool) *group {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.filling
	c.filling, c.spare = c.spare, nil
	c.closed = last
	return g
}

// commit writes a group, publishes its events and releases its callers.
func (c *committer) commit(g *group) {
	err := c.retry()
	if err == nil {
		err = c.write(g.buf, g.spans)
	}
	var outcome error
	if err != nil {
		c.remember(g)
		outcome = errNotDurable(err)
	}
	c.events.publish(g.events)
	for _, w := range g.waiters {
		w.Registered(outcome)
	}
	c.released()
	g.reset()
	c.spare = g
}

// write commits the records in buf, in batches of MaxCommitOps.
func (c *committer) write(buf []byte, spans []span) error {
	start := 0
	for len(spans) > 0 {
		c.ops = c.ops[:0]
		first := start
		for len(spans) > 0 && len(c.ops) < MaxCommitOps && start-first < MaxCommitBytes {
			c.ops = append(c.ops, spans[0].op(buf, start))
			start = spans[0].end
			spans = spans[1:]
		}
		if err := c.commitOps(); err != nil {
			return err
		}
	}
	return nil
}

// op is the change that begins at start in buf.
func (s span) op(buf []byte, start int) Op {
	op := Op{Key: buf[start:s.keyEnd]}
	if s.end > s.keyEnd {
		op.Value = buf[s.keyEnd:s.end]
	}
	return op
}

// commitOps makes c.ops durable.
func (c *committer) commitOps() error {
	began := time.Now()
	err := c.log.Commit(c.ops)
	c.metrics.commitSeconds.Observe(time.Since(began).Seconds())
	c.metrics.commitOps.Observe(float64(len(c.ops)))
	if err != nil {
		c.metrics.commitFailures.Inc()
	}
	clear(c.ops)
	return err
}

// remember keeps the AORs of a group that could not be written.
func (c *committer) remember(g *group) {
	start := 0
	for _, s := range g.spans {
		c.unsaved[string(g.buf[start:s.keyEnd])] = struct{}{}
		start = s.end
	}
}

// retry writes the present state of all AORs whose last commit failed. That state
// may be ahead of the group to come, which then only repeats it.
func (c *committer) retry() error {
	for len(c.unsaved) > 0 {
		var g group
		names := make([]string, 0, min(len(c.unsaved), MaxCommitOps))
		for name := range c.unsaved {
			if len(names) == MaxCommitOps {
				break
			}
			names = append(names, name)
			g.buf = append(g.buf, name...)
			keyEnd := len(g.buf)
			g.buf = c.encode(g.buf, name)
			g.spans = append(g.spans, span{keyEnd, len(g.buf)})
		}
		if err := c.write(g.buf, g.spans); err != nil {
			return err
		}
		for _, name := range names {
			delete(c.unsaved, name)
		}
	}
	return nil
}
