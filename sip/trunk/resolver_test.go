package trunk_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dialtone/sip/trunk"
)

// nameServer answers from a zone file's lines.
type nameServer struct {
	address string
	asked   atomic.Int64
	silent  atomic.Bool
	long    atomic.Bool // answers over UDP are cut short

	mu   sync.Mutex
	zone map[string][]dns.RR // by "name type"
	fail map[string]bool
}

func newNameServer(t *testing.T, lines ...string) *nameServer {
	t.Helper()
	s := &nameServer{fail: map[string]bool{}}
	s.set(t, lines...)
	packets, stream := bothOf(t)
	s.address = packets.LocalAddr().String()
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: s}, {Listener: stream, Handler: s}} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = server.ActivateAndServe()
		}()
		<-started
		t.Cleanup(func() {
			_ = server.Shutdown()
			<-done
		})
	}
	return s
}

// bothOf is a port that is free for UDP and TCP.
func bothOf(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 50 {
		stream, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if packets, err := net.ListenPacket("udp", stream.Addr().String()); err == nil {
			return packets, stream
		}
		_ = stream.Close()
	}
	t.Fatal("no port is free for both")
	return nil, nil
}

// failing makes it fail at questions of some types.
func (s *nameServer) failing(kinds ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, kind := range kinds {
		s.fail[kind] = true
	}
}

func (s *nameServer) set(t *testing.T, lines ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zone = map[string][]dns.RR{}
	for _, line := range lines {
		rr, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(err)
		}
		key := strings.ToLower(rr.Header().Name) + " " + dns.TypeToString[rr.Header().Rrtype]
		s.zone[key] = append(s.zone[key], rr)
	}
}

func (s *nameServer) ServeDNS(w dns.ResponseWriter, m *dns.Msg) {
	s.asked.Add(1)
	if s.silent.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	reply := new(dns.Msg)
	reply.SetReply(m)
	q := m.Question[0]
	kind := dns.TypeToString[q.Qtype]
	name := strings.ToLower(q.Name)
	switch {
	case s.fail[kind]:
		reply.Rcode = dns.RcodeServerFailure
	case s.long.Load() && w.RemoteAddr().Network() == "udp":
		reply.Truncated = true
	default:
		for range 3 {
			aliases := s.zone[name+" CNAME"]
			reply.Answer = append(reply.Answer, aliases...)
			reply.Answer = append(reply.Answer, s.zone[name+" "+kind]...)
			if len(aliases) == 0 {
				break
			}
			name = aliases[0].(*dns.CNAME).Target
		}
	}
	_ = w.WriteMsg(reply)
}

func resolver(s *nameServer, edit ...func(*trunk.ResolverConfig)) *trunk.Resolver {
	c := trunk.ResolverConfig{Servers: []string{s.address}, Timeout: time.Second}
	for _, e := range edit {
		e(&c)
	}
	return trunk.NewResolver(c)
}

func TestLookup(t *testing.T) {
	zone := []string{
		`full.test. 60 NAPTR 50 50 "s" "SIPS+D2T" "" _sips._tcp.full.test.`,
		`full.test. 60 NAPTR 90 50 "s" "SIP+D2T" "" _sip._tcp.full.test.`,
		`full.test. 60 NAPTR 100 50 "s" "SIP+D2U" "" east.full.test.`,
		`full.test. 60 NAPTR 100 20 "S" "sip+d2u" "" west.full.test.`,
		`west.full.test. 60 SRV 10 1 5080 a.full.test.`,
		`west.full.test. 60 SRV 5 1 5081 b.full.test.`,
		`a.full.test. 60 A 192.0.2.1`,
		`a.full.test. 60 A 192.0.2.2`,
		`a.full.test. 60 AAAA 2001:db8::1`,
		`b.full.test. 60 A 192.0.2.3`,
		`_sips._tcp.full.test. 60 SRV 1 1 5061 b.full.test.`,
		`flag-a.test. 60 NAPTR 1 1 "a" "SIP+D2U" "" a.full.test.`,
		`_sip._udp.srv.test. 60 SRV 1 1 5090 b.full.test.`,
		`_sip._udp.none.test. 60 SRV 0 0 0 .`,
		`none.test. 60 A 192.0.2.9`,
		`plain.test. 60 A 192.0.2.4`,
		`alias.test. 60 CNAME plain.test.`,
		`_sip._udp.half.test. 60 SRV 1 1 5060 gone.test.`,
		`_sip._udp.half.test. 60 SRV 2 1 5060 b.full.test.`,
		`_sip._udp.broken.test. 60 SRV 1 1 5060 gone.test.`,
	}
	tests := []struct {
		name, host string
		port       uint16
		transport  string
		want       string
	}{
		{"NAPTR, then SRV by priority", "full.test", 0, "udp", "192.0.2.3:5081 192.0.2.1:5080 192.0.2.2:5080 [2001:db8::1]:5080"},
		{"NAPTR of TLS", "full.test", 0, "tls", "192.0.2.3:5061"},
		{"NAPTR to an address", "flag-a.test", 0, "udp", "192.0.2.1:5060 192.0.2.2:5060 [2001:db8::1]:5060"},
		{"SRV without NAPTR", "srv.test", 0, "udp", "192.0.2.3:5090"},
		{"SRV of another transport", "srv.test", 0, "tcp", "no address found"},
		{"SRV that says there is none", "none.test", 0, "udp", "no address found"},
		{"one of two targets is gone", "half.test", 0, "udp", "192.0.2.3:5060"},
		{"every target is gone", "broken.test", 0, "udp", "no address found"},
		{"an address record", "plain.test", 0, "udp", "192.0.2.4:5060"},
		{"an address record over TLS", "plain.test", 0, "tls", "192.0.2.4:5061"},
		{"an alias", "alias.test", 0, "udp", "192.0.2.4:5060"},
		{"a port skips SRV", "a.full.test", 5070, "udp", "192.0.2.1:5070 192.0.2.2:5070 [2001:db8::1]:5070"},
		{"an address", "192.0.2.7", 0, "udp", "192.0.2.7:5060"},
		{"an IPv6 address and port", "2001:db8::7", 5080, "tls", "[2001:db8::7]:5080"},
		{"a name nobody has", "nobody.test", 0, "udp", "no address found"},
	}
	s := newNameServer(t, zone...)
	r := resolver(s)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, err := r.Lookup(t.Context(), tt.host, tt.port, tt.transport)
			got := spell(res)
			if errors.Is(err, trunk.ErrNoAddress) {
				got = trunk.ErrNoAddress.Error()
			} else if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func spell(r trunk.Resolution) string {
	var list []string
	for _, s := range r.Services {
		for _, a := range s.Addresses {
			list = append(list, a.String())
		}
	}
	return strings.Join(list, " ")
}

func TestLookupBrokenNameServer(t *testing.T) {
	s := newNameServer(t, `plain.test. 60 A 192.0.2.4`)
	s.failing("NAPTR", "SRV", "AAAA")
	res, err := resolver(s).Lookup(t.Context(), "plain.test", 0, "udp")
	if err != nil || spell(res) != "192.0.2.4:5060" {
		t.Errorf("got %s, %v", spell(res), err)
	}
}

func TestLookupSecondServer(t *testing.T) {
	bad, good := newNameServer(t), newNameServer(t, `plain.test. 60 A 192.0.2.4`)
	bad.failing("NAPTR", "SRV", "A", "AAAA")
	r := resolver(bad, func(c *trunk.ResolverConfig) { c.Servers = append(c.Servers, good.address) })
	res, err := r.Lookup(t.Context(), "plain.test", 0, "udp")
	if err != nil || spell(res) != "192.0.2.4:5060" {
		t.Errorf("got %s, %v", spell(res), err)
	}
}

func TestLookupTruncated(t *testing.T) {
	s := newNameServer(t, `plain.test. 60 A 192.0.2.4`)
	s.long.Store(true)
	res, err := resolver(s).Lookup(t.Context(), "plain.test", 0, "udp")
	if err != nil || spell(res) != "192.0.2.4:5060" {
		t.Errorf("got %s, %v", spell(res), err)
	}
}

func TestLookupKeepsAnswers(t *testing.T) {
	s := newNameServer(t, `plain.test. 60 A 192.0.2.4`)
	now := time.Now()
	r := resolver(s, func(c *trunk.ResolverConfig) {
		c.Now, c.Timeout = func() time.Time { return now }, 50*time.Millisecond
	})
	look := func() string {
		res, err := r.Lookup(t.Context(), "plain.test", 5060, "udp")
		if err != nil {
			return err.Error()
		}
		return spell(res)
	}
	if got := look(); got != "192.0.2.4:5060" {
		t.Fatal(got)
	}
	asked := s.asked.Load()
	s.set(t, `plain.test. 60 A 192.0.2.5`)
	now = now.Add(20 * time.Second)
	if got := look(); got != "192.0.2.4:5060" || s.asked.Load() != asked {
		t.Errorf("within its time: %s after %d questions", got, s.asked.Load()-asked)
	}
	now = now.Add(41 * time.Second)
	if got := look(); got != "192.0.2.5:5060" {
		t.Errorf("after its time: %s", got)
	}
	s.silent.Store(true)
	now = now.Add(time.Hour)
	if got := look(); got != "192.0.2.5:5060" {
		t.Errorf("with a silent name server: %s", got)
	}
}

func TestLookupHostsFile(t *testing.T) {
	r := trunk.NewResolver(trunk.ResolverConfig{
		Servers: []string{},
		Hosts: func(_ context.Context, host string) ([]netip.Addr, error) {
			if host != "pbx.local" {
				return nil, errors.New("not there")
			}
			return []netip.Addr{netip.MustParseAddr("::ffff:192.0.2.8")}, nil
		},
	})
	res, err := r.Lookup(t.Context(), "pbx.local", 0, "tcp")
	if err != nil || spell(res) != "192.0.2.8:5060" {
		t.Errorf("got %s, %v", spell(res), err)
	}
	if _, err := r.Lookup(t.Context(), "other.local", 0, "tcp"); err == nil {
		t.Error("found what is not there")
	}
}

func TestOrderByWeight(t *testing.T) {
	a, b, c := netip.MustParseAddrPort("192.0.2.1:1"), netip.MustParseAddrPort("192.0.2.2:1"), netip.MustParseAddrPort("192.0.2.3:1")
	r := trunk.Resolution{Services: []trunk.Service{
		{Priority: 20, Addresses: []netip.AddrPort{c}},
		{Priority: 10, Weight: 1, Addresses: []netip.AddrPort{a}},
		{Priority: 10, Weight: 3, Addresses: []netip.AddrPort{b}},
	}}
	for lot, want := range map[int][]netip.AddrPort{0: {a, b, c}, 99: {a, b, c}, 100: {b, a, c}, 399: {b, a, c}} {
		got := trunk.Order(&r, func(n int) int {
			if n != 400 {
				t.Errorf("drawn from %d", n)
			}
			return lot
		})
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
			t.Errorf("lot %d: %s", lot, diff)
		}
	}
}
