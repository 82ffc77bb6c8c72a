package trunk

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// How long an address that failed is tried last.
const (
	firstPause = 30 * time.Second
	maxPause   = 10 * time.Minute
	// downAfter is how many OPTIONS in a row must fail.
	downAfter = 2
)

// health is what is known of a trunk's addresses.
type health struct {
	mu        sync.Mutex
	addresses map[netip.AddrPort]*condition
}

// condition is one address's. The zero value is one nothing is known against.
type condition struct {
	failures int       // of calls and registrations, in a row
	until    time.Time // tried last until then
	missed   int       // OPTIONS in a row
	down     bool
	reason   string
	since    time.Time // of the last change between up and down
}

func newHealth() *health { return &health{addresses: map[netip.AddrPort]*condition{}} }

func (h *health) of(a netip.AddrPort) *condition {
	c := h.addresses[a]
	if c == nil {
		c = &condition{}
		h.addresses[a] = c
	}
	return c
}

// failed notes that a call or registration met nobody there; wait is what the server asked for, 0 nothing.
func (h *health) failed(a netip.AddrPort, reason string, wait time.Duration, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.of(a)
	pause := min(firstPause<<min(c.failures, 8), maxPause)
	c.failures++
	c.until = now.Add(min(max(pause, wait), maxPause))
	c.reason = reason
}

// worked forgets what was against an address.
func (h *health) worked(a netip.AddrPort, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.of(a)
	if c.down {
		c.since = now
	}
	*c = condition{since: c.since}
}

// missed notes an OPTIONS nobody answered well; changed says the address is down from now on.
func (h *health) missed(a netip.AddrPort, reason string, now time.Time) (changed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.of(a)
	c.missed++
	c.reason = reason
	if c.missed < downAfter || c.down {
		return false
	}
	c.down, c.since = true, now
	return true
}

// answered notes an OPTIONS that was answered; changed says the address is up again.
func (h *health) answered(a netip.AddrPort, now time.Time) (changed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.of(a)
	changed = c.down
	if changed {
		c.since = now
		c.failures, c.until = 0, time.Time{}
	}
	c.missed, c.down = 0, false
	if now.After(c.until) {
		c.reason = ""
	}
	return changed
}

// sort puts those nothing is known against first, those that failed next, those that are down last.
func (h *health) sort(list []Destination, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	rank := func(d Destination) int {
		c := h.addresses[d.Address]
		switch {
		case c == nil:
			return 0
		case c.down:
			return 2
		case now.Before(c.until):
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b Destination) int { return cmp.Compare(rank(a), rank(b)) })
}

// keep forgets all addresses but those listed.
func (h *health) keep(list []netip.AddrPort) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for a := range h.addresses {
		if !slices.Contains(list, a) {
			delete(h.addresses, a)
		}
	}
}

// state is a copy of what is known.
func (h *health) state(a netip.AddrPort) condition {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.addresses[a]; c != nil {
		return *c
	}
	return condition{}
}
