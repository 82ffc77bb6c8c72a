package netx

// MAC is a phone's hardware address (EUI-48).
type MAC [6]byte

// ParseMAC reads twelve hexadecimal digits in any case: bare, in six pairs
// joined by ":" or "-", or in three groups of four joined by "." or "-". The
// addresses of nobody and of several (all zero, group bit set) are not a
// phone's.
func ParseMAC(s string) (mac MAC, ok bool) {
	group := 12
	switch len(s) {
	case 12:
	case 14:
		group = 4
	case 17:
		group = 2
	default:
		return MAC{}, false
	}
	digits := 0
	for i := range len(s) {
		if (i+1)%(group+1) == 0 {
			if !isSeparator(s[i], group) || s[i] != s[group] {
				return MAC{}, false
			}
			continue
		}
		v, hex := nibble(s[i])
		if !hex {
			return MAC{}, false
		}
		mac[digits/2] = mac[digits/2]<<4 | v
		digits++
	}
	if mac == (MAC{}) || mac[0]&1 != 0 {
		return MAC{}, false
	}
	return mac, true
}

func isSeparator(c byte, group int) bool {
	return c == '-' || c == ':' && group == 2 || c == '.' && group == 4
}

func nibble(c byte) (v byte, ok bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
