package sip

import (
	"bytes"
	"net"
	"net/netip"
	"strings"
)

// splitAOR cuts user@domain.
func splitAOR(aor string) (user, domain string, ok bool) {
	i := strings.LastIndexByte(aor, '@')
	if i < 0 {
		return "", "", false
	}
	return aor[:i], aor[i+1:], true
}

func lowered(s string) []byte { return bytes.ToLower([]byte(s)) }

// bracket writes an IPv6 address as a URI's host wants it.
func bracket(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}

// facing is the local address that packets to peer leave from: bound itself unless
// it is the wildcard.
func facing(bound, peer netip.Addr) netip.Addr {
	if !bound.IsUnspecified() {
		return bound
	}
	c, err := net.Dial("udp", netip.AddrPortFrom(peer, 9).String()) // sends nothing
	if err != nil {
		return bound
	}
	defer c.Close()
	return addrPort(c.LocalAddr()).Addr()
}
