package sdp

import (
	"net/netip"
	"strings"
)

// connection takes a c= line of the section.
func (p *parser) connection(value string) error {
	addr, name, err := parseConnection(value)
	switch {
	case err != nil:
		return err
	case p.media != nil:
		p.media.Connection, p.media.ConnectionName = addr, name
	default:
		p.session.Connection, p.session.ConnectionName = addr, name
	}
	return nil
}

// parseConnection reads "IN IP4 address"; a multicast TTL behind the address is left out.
func parseConnection(value string) (netip.Addr, string, error) {
	f := strings.Fields(value)
	if len(f) != 3 || !strings.EqualFold(f[0], "IN") {
		return netip.Addr{}, "", ErrConnection
	}
	host, _, _ := strings.Cut(f[2], "/")
	if addr, ok := parseAddr(host); ok {
		return addr, "", nil
	}
	if !hostName(host) {
		return netip.Addr{}, "", ErrConnection
	}
	return netip.Addr{}, host, nil
}

// parseAddr reads an IP address without zone; an IPv4 address in IPv6 form is IPv4.
func parseAddr(s string) (netip.Addr, bool) {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}, false
	}
	return addr.WithZone("").Unmap(), true
}

// hostName says whether s looks like a DNS name: what has only digits and dots is an
// address somebody got wrong.
func hostName(s string) bool {
	letters := false
	for i := range len(s) {
		c := s[i]
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters = true
		case c >= '0' && c <= '9', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return letters && len(s) <= maxName
}

// parseRTCP reads the value of a=rtcp (RFC 3605): a port, and an address if it is not the
// media's own. Of a host name the port alone is taken.
func parseRTCP(value string) (netip.AddrPort, bool) {
	f := strings.Fields(value)
	if len(f) == 0 {
		return netip.AddrPort{}, false
	}
	port, ok := parseInt(f[0], 1<<16-1)
	if !ok || port == 0 {
		return netip.AddrPort{}, false
	}
	var addr netip.Addr
	if len(f) >= 4 {
		addr, _ = parseAddr(f[3])
	}
	return netip.AddrPortFrom(addr, uint16(port)), true
}
