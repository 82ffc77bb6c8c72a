package trunk

import (
	"net/netip"
	"slices"

	"dialtone/store/record"
)

// sources says which trunks a message may come from. It is made anew with every change and never changed.
type sources struct {
	addresses map[netip.Addr][]origin
	networks  []network
}

// origin is a trunk's address; port 0 is any.
type origin struct {
	port  uint16
	trunk record.ID
}

type network struct {
	prefix netip.Prefix
	trunk  record.ID
}

// newSources collects what the accounts that are switched on are found at.
func newSources(accounts []*account) *sources {
	s := &sources{addresses: map[netip.Addr][]origin{}}
	for _, a := range accounts {
		if !a.record.Enabled {
			continue
		}
		datagrams := a.record.Trunk.Transport == record.TransportUDP
		for _, h := range a.hosts {
			port := h.port
			if !datagrams {
				port = 0 // a connection comes from any
			}
			res := h.found.Load()
			if res == nil {
				continue
			}
			for _, service := range res.Services {
				for _, address := range service.Addresses {
					s.add(address.Addr(), origin{port, a.record.ID})
				}
			}
		}
		for _, text := range a.record.Trunk.InboundSources {
			if prefix, err := netip.ParsePrefix(text); err == nil {
				s.networks = append(s.networks, network{prefix.Masked(), a.record.ID})
			} else if addr, err := netip.ParseAddr(text); err == nil {
				s.networks = append(s.networks, network{netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), a.record.ID})
			}
		}
	}
	return s
}

func (s *sources) add(addr netip.Addr, o origin) {
	if !slices.Contains(s.addresses[addr], o) {
		s.addresses[addr] = append(s.addresses[addr], o)
	}
}

// of lists the trunks, without allocating where there is none.
func (s *sources) of(source netip.AddrPort) []record.ID {
	var list []record.ID
	addr := source.Addr().Unmap().WithZone("")
	for _, o := range s.addresses[addr] {
		if (o.port == 0 || o.port == source.Port()) && !slices.Contains(list, o.trunk) {
			list = append(list, o.trunk)
		}
	}
	for _, n := range s.networks {
		if n.prefix.Contains(addr) && !slices.Contains(list, n.trunk) {
			list = append(list, n.trunk)
		}
	}
	return list
}
