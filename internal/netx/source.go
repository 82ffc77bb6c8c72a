package netx

import (
	"net"
	"net/netip"
)

// sourceBits is the length of an IPv6 source.
const sourceBits = 64

// Source is the source an address belongs to: itself for IPv4 (mapped or not),
// its /64 for IPv6. The zone is dropped.
func Source(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	p, err := a.Prefix(sourceBits)
	if err != nil {
		return a
	}
	return p.Addr()
}

// AddrOf is the IP address of a TCP or UDP address, not valid for others.
func AddrOf(a net.Addr) netip.Addr {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.AddrPort().Addr().Unmap()
	case *net.UDPAddr:
		return a.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}
