package provision

import (
	"net"
	"net/netip"

	"dialtone/internal/netx"
)

// facing is the address of ours that a phone at ip talks to, as the routing table
// has it. Nothing is sent. Not valid when it does not matter or there is no route.
func (s *Server) facing(ip string) netip.Addr {
	if s.SameEverywhere {
		return netip.Addr{}
	}
	if own := netx.AddrOf(s.listener.Addr()); own.IsValid() && !own.IsUnspecified() {
		return own.WithZone("")
	}
	phone, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.Addr{}
	}
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(phone, 9)))
	if err != nil {
		return netip.Addr{}
	}
	defer func() { _ = c.Close() }()
	return netx.AddrOf(c.LocalAddr()).WithZone("")
}
