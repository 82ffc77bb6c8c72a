package wire

import "net/netip"

// parseAddr reads an IPv4 address, or an IPv6 address with or without brackets; no
// zones. The library's own parser wants a string.
func parseAddr(b []byte) (netip.Addr, bool) {
	if len(b) > 1 && b[0] == '[' && b[len(b)-1] == ']' {
		return parseIPv6(b[1 : len(b)-1])
	}
	if indexByte(b, ':') >= 0 {
		return parseIPv6(b)
	}
	v4, ok := parseIPv4(b)
	return netip.AddrFrom4(v4), ok
}

// parseIPv4 reads four numbers without leading zeros.
func parseIPv4(b []byte) (addr [4]byte, ok bool) {
	for i := range addr {
		if i > 0 {
			if len(b) == 0 || b[0] != '.' {
				return addr, false
			}
			b = b[1:]
		}
		n := 0
		for n < len(b) && n < 3 && b[n] >= '0' && b[n] <= '9' {
			n++
		}
		v, number := Uint(b[:n], 255)
		if !number || n > 1 && b[0] == '0' {
			return addr, false
		}
		addr[i], b = byte(v), b[n:]
	}
	return addr, len(b) == 0
}

// parseIPv6 reads an address of RFC 4291 section 2.2, its last 32 bits perhaps in the
// form of IPv4.
func parseIPv6(b []byte) (netip.Addr, bool) {
	var groups [16]byte
	filled, gap := 0, -1
	if len(b) > 1 && b[0] == ':' && b[1] == ':' {
		gap, b = 0, b[2:]
	}
	for len(b) > 0 {
		if filled == len(groups) {
			return netip.Addr{}, false
		}
		n, value := hexGroup(b)
		if n < len(b) && b[n] == '.' {
			v4, ok := parseIPv4(b)
			if !ok || filled > 12 {
				return netip.Addr{}, false
			}
			filled += copy(groups[filled:], v4[:])
			break
		}
		if n == 0 {
			return netip.Addr{}, false
		}
		groups[filled], groups[filled+1] = byte(value>>8), byte(value)
		filled, b = filled+2, b[n:]
		switch {
		case len(b) == 0:
		case len(b) == 1 || b[0] != ':':
			return netip.Addr{}, false
		case b[1] == ':':
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap, b = filled, b[2:]
		default:
			b = b[1:]
		}
	}
	switch {
	case gap < 0 && filled < len(groups), gap >= 0 && filled == len(groups):
		return netip.Addr{}, false
	case gap >= 0:
		moved := copy(groups[len(groups)-(filled-gap):], groups[gap:filled])
		clear(groups[gap : len(groups)-moved])
	}
	return netip.AddrFrom16(groups), true
}

// hexGroup reads up to four hexadecimal digits.
func hexGroup(b []byte) (n int, value uint16) {
	for n < len(b) && n < 4 {
		digit, ok := unhex(b[n])
		if !ok {
			break
		}
		value, n = value<<4|uint16(digit), n+1
	}
	return n, value
}
