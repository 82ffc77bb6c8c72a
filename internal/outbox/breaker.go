package outbox

import (
	"sync"
	"time"

	"dialtone/store/record"
)

// Bounds of a breaker.
const (
	breakAfter   = 5 // failures in a row
	breakFor     = 30 * time.Second
	breakLongest = 10 * time.Minute
	maxBroken    = 10_000 // hosts remembered; beyond, none is left alone
)

// target is a host as one account reaches it: what one account does wrong at a host many
// use, such as that of an automation service, is no reason to keep another's events.
type target struct {
	account record.ID
	host    string
}

// breaker keeps from hosts that keep failing: after five failures in a row it opens for
// 30 s, lets one attempt pass, and opens for twice as long if that fails too.
type breaker struct {
	mu    sync.Mutex
	hosts map[target]*hostState
}

type hostState struct {
	failures int
	until    time.Time // left alone until then
	probing  bool
}

func newBreaker() *breaker { return &breaker{hosts: map[target]*hostState{}} }

// wait is how long to keep from a host; 0 lets one attempt pass, which must be followed
// by fine or broke.
func (b *breaker) wait(t target) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.hosts[t]
	if h == nil || h.failures < breakAfter && h.until.IsZero() {
		return 0
	}
	if left := time.Until(h.until); left > 0 {
		return left
	}
	if h.probing {
		return breakFor
	}
	h.probing = h.failures >= breakAfter
	return 0
}

// fine forgets what a host did.
func (b *breaker) fine(t target) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.hosts, t)
}

// broke notes a failure. rest is how long the host asks to be left alone, 0 if it does not.
func (b *breaker) broke(t target, rest time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.hosts[t]
	if h == nil {
		if len(b.hosts) >= maxBroken {
			b.forget()
		}
		if len(b.hosts) >= maxBroken {
			return
		}
		h = &hostState{}
		b.hosts[t] = h
	}
	h.failures++
	h.probing = false
	if over := h.failures - breakAfter; over >= 0 {
		rest = max(rest, min(breakFor<<min(over, 10), breakLongest))
	}
	if rest > 0 {
		h.until = time.Now().Add(rest)
	}
}

// forget drops hosts nobody has tried for long.
func (b *breaker) forget() {
	for t, h := range b.hosts {
		if time.Since(h.until) > breakLongest {
			delete(b.hosts, t)
		}
	}
}
