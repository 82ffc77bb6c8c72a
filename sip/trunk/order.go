package trunk

import (
	"net/netip"
	"slices"
)

// draw is a random whole number from 0 to n-1.
type draw func(n int) int

// order lists the addresses of a resolution in the order to try: by priority, within one by lots in proportion to
// weight (RFC 2782).
func (r *Resolution) order(lot draw) []netip.AddrPort {
	var out []netip.AddrPort
	rest := slices.Clone(r.Services)
	slices.SortStableFunc(rest, func(a, b Service) int { return int(a.Priority) - int(b.Priority) })
	for len(rest) > 0 {
		same := 1
		for same < len(rest) && rest[same].Priority == rest[0].Priority {
			same++
		}
		i := pick(rest[:same], lot)
		out = append(out, rest[i].Addresses...)
		rest = slices.Delete(rest, i, i+1)
	}
	return out
}

// pick draws one of services of the same priority. Those without weight have a small chance.
func pick(services []Service, lot draw) int {
	if len(services) == 1 {
		return 0
	}
	total := 0
	for _, s := range services {
		total += weight(s)
	}
	ticket := lot(total)
	for i, s := range services {
		if ticket -= weight(s); ticket < 0 {
			return i
		}
	}
	return len(services) - 1
}

// weight scales so that a server of weight 0 is chosen once in a hundred draws against one of weight 1.
func weight(s Service) int {
	if s.Weight == 0 {
		return 1
	}
	return int(s.Weight) * 100
}
