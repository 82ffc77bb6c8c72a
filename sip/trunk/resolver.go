package trunk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Bounds of what is kept of DNS.
const (
	minTTL     = 5 * time.Second
	maxTTL     = time.Hour
	absentTTL  = 30 * time.Second // of a name or type that is not there
	systemTTL  = time.Minute      // of the hosts file
	maxAnswers = 4096             // kept at a time
	edns       = 1232             // octets of a datagram, as DNS Flag Day 2020 has it
)

// ResolverConfig is what a Resolver needs.
type ResolverConfig struct {
	// Servers are name servers, address:port, asked in order; nil takes those of /etc/resolv.conf.
	Servers []string
	// Timeout is how long one server may take; 0 is two seconds.
	Timeout time.Duration
	// Hosts is asked for addresses of names no name server knows, such as the operating system's resolver; nil asks
	// nobody.
	Hosts func(ctx context.Context, host string) ([]netip.Addr, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Resolver finds SIP servers by DNS and keeps answers for their time to live. Safe for concurrent use.
type Resolver struct {
	servers []string
	udp     dns.Client
	tcp     dns.Client
	hosts   func(ctx context.Context, host string) ([]netip.Addr, error)
	now     func() time.Time

	mu      sync.Mutex
	answers map[question]answer
}

type question struct {
	name string
	kind uint16
}

type answer struct {
	records []dns.RR
	expires time.Time
}

func (a *answer) left(now time.Time) time.Duration { return max(a.expires.Sub(now), minTTL) }

// NewResolver is a Resolver. Without servers, its own or the machine's, it knows addresses and what Hosts says.
func NewResolver(c ResolverConfig) *Resolver {
	if c.Servers == nil {
		if system, err := dns.ClientConfigFromFile("/etc/resolv.conf"); err == nil {
			for _, s := range system.Servers {
				c.Servers = append(c.Servers, net.JoinHostPort(s, system.Port))
			}
		}
	}
	if c.Timeout == 0 {
		c.Timeout = 2 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Resolver{
		servers: slices.Clone(c.Servers), hosts: c.Hosts, now: c.Now,
		udp:     dns.Client{Timeout: c.Timeout, UDPSize: edns},
		tcp:     dns.Client{Net: "tcp", Timeout: c.Timeout},
		answers: map[question]answer{},
	}
}

// ask is the records of one type, following aliases; none when there are none. What was known stays when no server
// answers.
func (r *Resolver) ask(ctx context.Context, name string, kind uint16) (answer, error) {
	q := question{dns.CanonicalName(name), kind}
	r.mu.Lock()
	known, ok := r.answers[q]
	r.mu.Unlock()
	if ok && r.now().Before(known.expires) {
		return known, nil
	}
	records, err := r.query(ctx, q)
	switch {
	case err == nil:
		known = answer{records: records, expires: r.now().Add(life(records))}
		r.keep(q, known)
	case !ok:
		return answer{}, err
	}
	return known, nil
}

func (r *Resolver) keep(q question, a answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.answers) >= maxAnswers {
		clear(r.answers)
	}
	r.answers[q] = a
}

// life is how long records hold: the least time to live, within bounds.
func life(records []dns.RR) time.Duration {
	if len(records) == 0 {
		return absentTTL
	}
	ttl := maxTTL
	for _, rr := range records {
		ttl = min(ttl, time.Duration(rr.Header().Ttl)*time.Second)
	}
	return max(ttl, minTTL)
}

// errNoServer says that there is nobody to ask.
var errNoServer = errors.New("no name server is known")

// query asks one server after the other until one has an answer, be it that there is nothing.
func (r *Resolver) query(ctx context.Context, q question) ([]dns.RR, error) {
	m := new(dns.Msg)
	m.SetQuestion(q.name, q.kind)
	m.SetEdns0(edns, false)
	err := errNoServer
	for _, server := range r.servers {
		var reply *dns.Msg
		reply, _, err = r.udp.ExchangeContext(ctx, m, server)
		if err == nil && reply.Truncated {
			reply, _, err = r.tcp.ExchangeContext(ctx, m, server)
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			continue
		case reply.Rcode == dns.RcodeSuccess, reply.Rcode == dns.RcodeNameError:
			return matching(reply.Answer, q), nil
		}
		err = fmt.Errorf("name server %s: %s", server, dns.RcodeToString[reply.Rcode])
	}
	return nil, err
}

// maxAliases bounds a chain of aliases.
const maxAliases = 8

// matching is the records of an answer that belong to the question, after aliases.
func matching(records []dns.RR, q question) []dns.RR {
	name := q.name
	for range maxAliases {
		var found []dns.RR
		alias := ""
		for _, rr := range records {
			if dns.CanonicalName(rr.Header().Name) != name {
				continue
			}
			if rr.Header().Rrtype == q.kind {
				found = append(found, rr)
			} else if c, ok := rr.(*dns.CNAME); ok {
				alias = dns.CanonicalName(c.Target)
			}
		}
		if len(found) > 0 || alias == "" {
			return found
		}
		name = alias
	}
	return nil
}
