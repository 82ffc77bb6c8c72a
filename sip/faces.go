package sip

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// facesLife is how long a local address that faces a peer is remembered: routes change.
	facesLife = time.Minute
	// maxFaces bounds how many are.
	maxFaces = 4096
)

// faces remembers the local addresses that packets to peers leave from: to ask the
// system costs a socket each time.
type faces struct {
	mu    sync.Mutex
	local map[netip.Addr]netip.Addr
	since time.Time
}

// toward is the local address that faces a peer: bound itself unless it is the wildcard.
func (c *faces) toward(bound, peer netip.Addr, now time.Time) netip.Addr {
	if !bound.IsUnspecified() {
		return bound
	}
	c.mu.Lock()
	if now.Sub(c.since) >= facesLife || len(c.local) >= maxFaces {
		c.local, c.since = map[netip.Addr]netip.Addr{}, now
	}
	local, ok := c.local[peer]
	c.mu.Unlock()
	if ok {
		return local
	}
	local = facing(bound, peer)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.local[peer] = local
	return local
}
