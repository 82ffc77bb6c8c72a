package main

import (
	"net"
	"net/netip"

	"dialtone/internal/netx"
	"dialtone/sip"
)

// facing is the local address a peer talks to: the bound one unless that is a
// wildcard, else the one packets to the peer leave from. Nothing is sent. Without a
// peer it is the machine's own address.
func facing(bound, peer netip.Addr) netip.Addr {
	if bound.IsValid() && !bound.IsUnspecified() {
		return bound
	}
	if !peer.IsValid() {
		return ownAddress()
	}
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(peer, discardPort)))
	if err != nil {
		return ownAddress()
	}
	defer func() { _ = c.Close() }()
	return netx.AddrOf(c.LocalAddr()).WithZone("")
}

// discardPort (RFC 863) is never sent to.
const discardPort = 9

// ownAddress is the address the machine reaches others from, 127.0.0.1 without a
// network. 192.0.2.1 is nobody's (RFC 5737).
func ownAddress() netip.Addr {
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	c, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: discardPort})
	if err != nil {
		return firstAddress(loopback)
	}
	defer func() { _ = c.Close() }()
	return netx.AddrOf(c.LocalAddr())
}

// firstAddress is the first IPv4 address of an interface that is not the loopback.
func firstAddress(otherwise netip.Addr) netip.Addr {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return otherwise
	}
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		if ip, ok := netip.AddrFromSlice(n.IP.To4()); ok && ip.IsGlobalUnicast() {
			return ip
		}
	}
	return otherwise
}

// sipHost is what phones are told to send to: the advertised host, else the address
// bound; "" is the address facing them.
func sipHost(advertised string, bound sip.Addrs) string {
	if advertised != "" {
		return advertised
	}
	for _, list := range [][]netip.AddrPort{bound.UDP, bound.TCP, bound.TLS} {
		if len(list) > 0 && !list[0].Addr().IsUnspecified() {
			return list[0].Addr().String()
		}
	}
	return ""
}
