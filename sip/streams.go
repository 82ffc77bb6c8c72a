package sip

import (
	"net"
	"net/netip"
	"sync"
)

// streams are the open connections by number.
type streams struct {
	mu   sync.Mutex
	last uint64
	byID map[uint64]*stream
}

func (t *streams) add(c *stream) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	t.byID[t.last] = c
	return t.last
}

func (t *streams) remove(c *stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byID, c.flow.connection)
}

func (t *streams) get(id uint64) *stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[id]
}

// close ends a connection that another one has taken the place of.
func (t *streams) close(id, not uint64) {
	if c := t.get(id); c != nil && id != not {
		c.abort()
	}
}

// addrPort is a socket address without the IPv4-in-IPv6 form.
func addrPort(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	switch a := a.(type) {
	case *net.TCPAddr:
		ap = a.AddrPort()
	case *net.UDPAddr:
		ap = a.AddrPort()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
