package netx

import (
	"net/netip"
	"sync"
	"time"
)

// LimiterConfig sizes a Limiter.
type LimiterConfig struct {
	Burst   int              // uses a source has at once, ≥ 1
	Every   time.Duration    // one use comes back after each, > 0
	Sources int              // sources remembered, ≥ 1; the one used longest ago is forgotten first
	Now     func() time.Time // nil = time.Now
}

// Limiter gives every source a bucket of uses that refills with time. Its
// memory is fixed: a forgotten source starts with a full bucket. It is safe for
// concurrent use and does not allocate once it is full.
//
// A limiter counts what is wrong. What is right should not ask it: a right
// token is served whatever its source did before.
type Limiter struct {
	burst, every time.Duration // burst as the time it takes to refill
	now          func() time.Time
	max          int

	mu     sync.Mutex
	index  map[netip.Addr]int32
	recent []bucket // recent[0] is the ring's head: next is the newest, prev the oldest
}

// bucket is one source, as in the generic cell rate algorithm (ITU-T I.371
// annex A): empty until full, the instant at which it is full again.
type bucket struct {
	source     netip.Addr
	full       time.Time
	prev, next int32
}

// NewLimiter returns a limiter that knows no source yet.
func NewLimiter(c LimiterConfig) *Limiter {
	c.Burst, c.Sources, c.Every = max(c.Burst, 1), max(c.Sources, 1), max(c.Every, 1)
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Limiter{
		burst: time.Duration(c.Burst) * c.Every, every: c.Every, now: c.Now, max: c.Sources,
		index:  make(map[netip.Addr]int32),
		recent: make([]bucket, 1),
	}
}

// Take uses up one of the source's uses and reports whether it had one left.
func (l *Limiter) Take(a netip.Addr) bool {
	src := Source(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b := l.bucket(src)
	if b.full.Before(now) {
		b.full = now
	}
	if b.full.Add(l.every).Sub(now) > l.burst {
		return false
	}
	b.full = b.full.Add(l.every)
	return true
}

// Exhausted reports whether the source has no use left, without taking one.
func (l *Limiter) Exhausted(a netip.Addr) bool {
	src := Source(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	i, known := l.index[src]
	return known && l.recent[i].full.Add(l.every).Sub(l.now()) > l.burst
}

// Len is the number of sources remembered.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.index)
}

// bucket finds or makes the source's bucket and makes it the newest.
func (l *Limiter) bucket(src netip.Addr) *bucket {
	i, known := l.index[src]
	switch {
	case known:
		l.unlink(i)
	case len(l.index) < l.max:
		i = int32(len(l.recent)) //nolint:gosec // bounded by max
		l.recent = append(l.recent, bucket{source: src})
		l.index[src] = i
	default:
		i = l.recent[0].prev
		l.unlink(i)
		delete(l.index, l.recent[i].source)
		l.recent[i] = bucket{source: src}
		l.index[src] = i
	}
	l.pushNewest(i)
	return &l.recent[i]
}

func (l *Limiter) unlink(i int32) {
	b := &l.recent[i]
	l.recent[b.prev].next, l.recent[b.next].prev = b.next, b.prev
}

func (l *Limiter) pushNewest(i int32) {
	newest := l.recent[0].next
	l.recent[i].prev, l.recent[i].next = 0, newest
	l.recent[newest].prev = i
	l.recent[0].next = i
}
