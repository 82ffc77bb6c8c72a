package trunk

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dialtone/store/record"
)

// account is one provider account at work. A changed record makes a new one, which takes over what stays true.
type account struct {
	record *record.ProviderAccount
	hosts  []*host
	health *health
	limit  *limiter
	looked chan struct{} // closed when every host was looked up once, found or not

	mu sync.Mutex
	registration
	missing error // why a host was not found the last time
	state   State
	since   time.Time
}

// registration is what is known of a trunk's registration.
type registration struct {
	until   time.Time // registered until then
	at      netip.AddrPort
	refused string // why the last REGISTER failed; empty when it did not
}

// host is one of a trunk's hosts.
type host struct {
	text  string // as the record has it
	name  string
	port  uint16 // 0 where none is named
	found atomic.Pointer[Resolution]
}

func newAccount(r *record.ProviderAccount, before *account) *account {
	a := &account{record: r, health: newHealth(), limit: &limiter{}, looked: make(chan struct{})}
	if before != nil {
		a.health, a.limit = before.health, before.limit
		a.state, a.since = before.status()
		if sameBinding(before.record, r) {
			before.mu.Lock()
			a.registration = before.registration
			before.mu.Unlock()
		}
	}
	for _, text := range r.Trunk.Hosts {
		h := &host{text: text}
		h.name, h.port = record.SplitHost(text)
		if before != nil && before.record.Trunk.Transport == r.Trunk.Transport {
			if i := slices.IndexFunc(before.hosts, func(b *host) bool { return b.text == text }); i >= 0 {
				h.found.Store(before.hosts[i].found.Load())
			}
		}
		a.hosts = append(a.hosts, h)
	}
	return a
}

// sameBinding says whether a registration of one is as good for the other.
func sameBinding(a, b *record.ProviderAccount) bool {
	x, y := &a.Trunk, &b.Trunk
	return a.Enabled && b.Enabled && x.Authentication == record.TrunkRegistration && y.Authentication == x.Authentication &&
		x.Username == y.Username && x.FromDomain == y.FromDomain && x.Transport == y.Transport && slices.Equal(x.Hosts, y.Hosts)
}

// lookup finds a host's addresses; changed says they are others than before.
func (a *account) lookup(ctx context.Context, r *Resolver, h *host) (ttl time.Duration, changed bool, err error) {
	res, err := r.Lookup(ctx, h.name, h.port, a.record.Trunk.Transport)
	if err != nil {
		return 0, false, err
	}
	before := h.found.Swap(&res)
	return res.TTL, before == nil || !slices.Equal(before.addresses(), res.addresses()), nil
}

// lookupAll finds every host. The time is when to look again.
func (a *account) lookupAll(ctx context.Context, r *Resolver) (wait time.Duration, changed bool) {
	wait = maxRefresh
	var missing error
	for _, h := range a.hosts {
		ttl, other, err := a.lookup(ctx, r, h)
		if err != nil {
			missing = errors.Join(missing, err)
			ttl = minRefresh
		}
		wait, changed = min(wait, ttl), changed || other
	}
	a.mu.Lock()
	a.missing = missing
	a.mu.Unlock()
	if changed {
		a.health.keep(a.addresses())
	}
	return max(wait, minRefresh), changed
}

// addresses are all addresses of all hosts, as far as they are found.
func (a *account) addresses() []netip.AddrPort {
	var list []netip.AddrPort
	for _, h := range a.hosts {
		if res := h.found.Load(); res != nil {
			list = append(list, res.addresses()...)
		}
	}
	return list
}

// addresses are those of all services, in the order of the records.
func (r *Resolution) addresses() []netip.AddrPort {
	var list []netip.AddrPort
	for _, s := range r.Services {
		list = append(list, s.Addresses...)
	}
	return list
}

// destinations are the addresses in the order to try: where the trunk is registered first.
func (a *account) destinations(now time.Time) []Destination {
	var list []Destination
	for _, h := range a.hosts {
		res := h.found.Load()
		if res == nil {
			continue
		}
		for _, address := range res.order(rand.IntN) {
			if !slices.ContainsFunc(list, func(d Destination) bool { return d.Address == address }) {
				list = append(list, Destination{
					Transport: a.record.Trunk.Transport, Address: address, Host: uriHost(h.text), ServerName: h.name,
				})
			}
		}
	}
	a.mu.Lock()
	at, until := a.at, a.until
	a.mu.Unlock()
	if i := slices.IndexFunc(list, func(d Destination) bool { return d.Address == at }); i > 0 && now.Before(until) {
		d := list[i]
		list = slices.Insert(slices.Delete(list, i, i+1), 0, d)
	}
	a.health.sort(list, now)
	return list
}

// uriHost is a record's host as it stands in a URI: an IPv6 address in brackets.
func uriHost(text string) string {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Is6() {
		return "[" + text + "]"
	}
	return text
}

// aor is the trunk's address of record, without scheme.
func (a *account) aor() string {
	t := &a.record.Trunk
	domain := t.FromDomain
	if domain == "" && len(a.hosts) > 0 {
		domain = a.hosts[0].name
	}
	return escapeUser(t.Username) + "@" + uriHost(domain)
}

// escapeUser writes a user part as RFC 3261 section 25.1 has it.
func escapeUser(user string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(user) {
		c := user[i]
		if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("-_.!~*'()&=+$,;?/", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
