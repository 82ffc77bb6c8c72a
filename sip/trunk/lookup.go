package trunk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dialtone/store/record"
)

// Resolution is where a host is, as of one look-up.
type Resolution struct {
	// Services are the SRV records, or one that stands for addresses found without.
	Services []Service
	// TTL is how long it holds.
	TTL time.Duration
}

// Service is one server of a host (RFC 2782). The lowest priority is tried first; of the same one, weights share.
type Service struct {
	Priority, Weight uint16
	Addresses        []netip.AddrPort
}

// Lookup finds where SIP over a transport (udp, tcp, tls) is served for a host; port 0 lets DNS say (RFC 3263 section
// 4.2). A host that is an address asks nobody.
func (r *Resolver) Lookup(ctx context.Context, host string, port uint16, transport string) (Resolution, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		found := netip.AddrPortFrom(addr.Unmap(), cmp.Or(port, defaultPort(transport)))
		return Resolution{Services: []Service{{Addresses: []netip.AddrPort{found}}}, TTL: maxTTL}, nil
	}
	res, err := r.lookup(ctx, dns.Fqdn(host), port, transport)
	if err != nil {
		return Resolution{}, fmt.Errorf("cannot look up host %q: %w", host, err)
	}
	return res, nil
}

func (r *Resolver) lookup(ctx context.Context, host string, port uint16, transport string) (Resolution, error) {
	s := search{r: r, ttl: maxTTL}
	if port != 0 {
		return s.result(s.addresses(ctx, host, port))
	}
	found, name, err := s.naptr(ctx, host, transport)
	if err != nil {
		return Resolution{}, err
	}
	if found == flagAddress {
		return s.result(s.addresses(ctx, name, defaultPort(transport)))
	}
	services, err := s.srv(ctx, name)
	if len(services) > 0 || errors.Is(err, ErrNoAddress) {
		return s.result(services, err)
	}
	// None, or a server on the way that knows no SRV.
	return s.result(s.addresses(ctx, host, defaultPort(transport)))
}

// search is one look-up; ttl is the least of what it met.
type search struct {
	r   *Resolver
	ttl time.Duration
}

func (s *search) result(services []Service, err error) (Resolution, error) {
	if err != nil {
		return Resolution{}, err
	}
	for _, service := range services {
		if len(service.Addresses) > 0 {
			return Resolution{Services: services, TTL: s.ttl}, nil
		}
	}
	return Resolution{}, ErrNoAddress
}

func (s *search) ask(ctx context.Context, name string, kind uint16) ([]dns.RR, error) {
	a, err := s.r.ask(ctx, name, kind)
	if err != nil {
		return nil, err
	}
	s.ttl = min(s.ttl, a.left(s.r.now()))
	return a.records, nil
}

// Flags of a NAPTR record: what the replacement is.
const (
	flagService = "s" // the name of SRV records
	flagAddress = "a" // the name of addresses
)

// naptr is the name to go on with: of the transport's best NAPTR record (RFC 3263 section 4.1), else the customary
// SRV name. Name servers that choke on NAPTR do not matter.
func (s *search) naptr(ctx context.Context, host, transport string) (flag, name string, err error) {
	prefix, service := "_sip._"+transport+".", map[string]string{
		record.TransportUDP: "SIP+D2U", record.TransportTCP: "SIP+D2T", record.TransportTLS: "SIPS+D2T",
	}[transport]
	if transport == record.TransportTLS {
		prefix = "_sips._tcp."
	}
	records, err := s.ask(ctx, host, dns.TypeNAPTR)
	if ctx.Err() != nil {
		return "", "", err
	}
	list := only[*dns.NAPTR](records)
	slices.SortStableFunc(list, func(a, b *dns.NAPTR) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Preference, b.Preference))
	})
	for _, n := range list {
		flag := strings.ToLower(n.Flags)
		if strings.EqualFold(n.Service, service) && n.Replacement != "." && (flag == flagService || flag == flagAddress) {
			return flag, n.Replacement, nil
		}
	}
	return flagService, prefix + host, nil
}

// maxServices bounds the SRV records of one name that are used.
const maxServices = 32

// srv are the services of a name, empty when it has no SRV records. A single target "." says there is none.
func (s *search) srv(ctx context.Context, name string) ([]Service, error) {
	records, err := s.ask(ctx, name, dns.TypeSRV)
	if err != nil {
		return nil, err
	}
	list := only[*dns.SRV](records)
	if len(list) == 1 && list[0].Target == "." {
		return nil, ErrNoAddress
	}
	slices.SortStableFunc(list, func(a, b *dns.SRV) int { return cmp.Compare(a.Priority, b.Priority) })
	services := make([]Service, 0, len(list))
	for _, v := range list[:min(len(list), maxServices)] {
		found, failed := s.addresses(ctx, v.Target, v.Port)
		if failed != nil {
			err = failed
			continue
		}
		services = append(services, Service{Priority: v.Priority, Weight: v.Weight, Addresses: found[0].Addresses})
	}
	if len(services) > 0 {
		return services, nil
	}
	return nil, err
}

// addresses are a name's A and AAAA records as one service, IPv4 first.
func (s *search) addresses(ctx context.Context, name string, port uint16) ([]Service, error) {
	four, err4 := s.ask(ctx, name, dns.TypeA)
	six, err6 := s.ask(ctx, name, dns.TypeAAAA)
	var found []netip.AddrPort
	for _, a := range only[*dns.A](four) {
		if addr, ok := netip.AddrFromSlice(a.A); ok {
			found = append(found, netip.AddrPortFrom(addr.Unmap(), port))
		}
	}
	for _, a := range only[*dns.AAAA](six) {
		if addr, ok := netip.AddrFromSlice(a.AAAA); ok {
			found = append(found, netip.AddrPortFrom(addr.Unmap(), port))
		}
	}
	if len(found) == 0 {
		found = s.system(ctx, name, port)
	}
	if len(found) == 0 {
		if err := errors.Join(err4, err6); err != nil {
			return nil, err
		}
		return nil, ErrNoAddress
	}
	return []Service{{Addresses: found}}, nil
}

// system asks for names that are in no DNS: the hosts file's.
func (s *search) system(ctx context.Context, name string, port uint16) []netip.AddrPort {
	if s.r.hosts == nil {
		return nil
	}
	addrs, err := s.r.hosts(ctx, strings.TrimSuffix(name, "."))
	if err != nil {
		return nil // the name server's answer says more
	}
	s.ttl = min(s.ttl, systemTTL)
	found := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		found[i] = netip.AddrPortFrom(a.Unmap(), port)
	}
	return found
}

func only[T dns.RR](records []dns.RR) []T {
	var list []T
	for _, r := range records {
		if t, ok := r.(T); ok {
			list = append(list, t)
		}
	}
	return list
}

func defaultPort(transport string) uint16 {
	if transport == record.TransportTLS {
		return 5061
	}
	return 5060
}
