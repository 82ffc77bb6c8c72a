package trunk_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/trunk"
	"dialtone/store/record"
)

func TestRecognise(t *testing.T) {
	off := provider("off", nil, "192.0.2.9")
	off.Enabled = false
	trunks := newTrunks(&carrier{})
	trunks.Update([]*record.ProviderAccount{
		provider("b", nil, "192.0.2.1", "2001:db8::1"),
		provider("a", nil, "192.0.2.1:5080"),
		provider("net", func(t *record.Trunk) { t.InboundSources = []string{"198.51.100.0/24", "203.0.113.7", "192.0.2.1/32"} }, "203.0.113.1"),
		provider("tcp", func(t *record.Trunk) { t.Transport = record.TransportTCP }, "192.0.2.5:5080"),
		off,
	})
	tests := []struct {
		name, source string
		want         []record.ID
	}{
		{"any port", "192.0.2.1:40000", []record.ID{"b", "net"}},
		{"the port that is named, and three accounts of one carrier", "192.0.2.1:5080", []record.ID{"a", "b", "net"}},
		{"IPv6", "[2001:db8::1]:5060", []record.ID{"b"}},
		{"an IPv4 address in an IPv6 socket", "[::ffff:203.0.113.1]:5060", []record.ID{"net"}},
		{"a network", "198.51.100.200:1", []record.ID{"net"}},
		{"a lone address", "203.0.113.7:1", []record.ID{"net"}},
		{"the carrier's end of a connection", "192.0.2.5:40000", []record.ID{"tcp"}},
		{"a trunk switched off", "192.0.2.9:5060", nil},
		{"a stranger", "192.0.2.77:5060", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, trunks.Recognise(netip.MustParseAddrPort(tt.source))); diff != "" {
				t.Error(diff)
			}
		})
	}
	stranger := netip.MustParseAddrPort("192.0.2.77:5060")
	if n := testing.AllocsPerRun(100, func() { trunks.Recognise(stranger) }); n != 0 {
		t.Errorf("%v allocations for a stranger", n)
	}
}

func TestRecogniseFollowsRecordsAndNames(t *testing.T) {
	s := newNameServer(t, `sip.carrier.test. 60 A 192.0.2.1`)
	trunks := trunk.New(trunk.Config{Resolver: resolver(s), Requester: &carrier{}})
	trunks.Update([]*record.ProviderAccount{provider("a", nil, "sip.carrier.test")})
	source := netip.MustParseAddrPort("192.0.2.1:5060")
	if got := trunks.Recognise(source); got != nil {
		t.Errorf("recognised before it was found: %v", got)
	}
	list, err := trunks.Destinations(t.Context(), "a")
	want := []trunk.Destination{{Transport: "udp", Address: source, Host: "sip.carrier.test", ServerName: "sip.carrier.test"}}
	if diff := cmp.Diff(want, list, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if got := trunks.Recognise(source); !slices.Equal(got, []record.ID{"a"}) {
		t.Errorf("not recognised: %v", got)
	}
	trunks.Update(nil)
	if got := trunks.Recognise(source); got != nil {
		t.Errorf("recognised after it is gone: %v", got)
	}
	if _, err := trunks.Destinations(t.Context(), "a"); !errors.Is(err, trunk.ErrUnknown) {
		t.Errorf("destinations of what is gone: %v", err)
	}
}

func TestDestinationsOfNobody(t *testing.T) {
	s := newNameServer(t)
	trunks := trunk.New(trunk.Config{Resolver: resolver(s), Requester: &carrier{}})
	trunks.Update([]*record.ProviderAccount{provider("a", nil, "gone.carrier.test")})
	if _, err := trunks.Destinations(t.Context(), "a"); !errors.Is(err, trunk.ErrNoAddress) {
		t.Errorf("got %v", err)
	}
	if s := state(t, trunks, "a"); s.State != trunk.StateUnreachable || !strings.Contains(s.Reason, "gone.carrier.test") {
		t.Errorf("status %+v", s)
	}
}

func order(t *testing.T, trunks *trunk.Trunks) string {
	t.Helper()
	list, err := trunks.Destinations(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	hosts := make([]string, len(list))
	for i, d := range list {
		hosts[i] = d.Host
	}
	return strings.Join(hosts, " ")
}

func TestDestinationsFailingLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trunks := newTrunks(&carrier{})
		trunks.Update([]*record.ProviderAccount{provider("a", nil, "192.0.2.1", "192.0.2.2:5070", "2001:db8::1")})
		at := func(i int) netip.AddrPort {
			list, _ := trunks.Destinations(t.Context(), "a")
			return list[i].Address
		}
		check := func(when, want string) {
			t.Helper()
			if got := order(t, trunks); got != want {
				t.Errorf("%s: got %s, want %s", when, got, want)
			}
		}
		one := at(0)
		check("at first", "192.0.2.1 192.0.2.2:5070 [2001:db8::1]")
		trunks.Failed("a", one, "408", 0)
		check("after a failure", "192.0.2.2:5070 [2001:db8::1] 192.0.2.1")
		time.Sleep(29 * time.Second)
		check("29 s later", "192.0.2.2:5070 [2001:db8::1] 192.0.2.1")
		time.Sleep(2 * time.Second)
		check("31 s later", "192.0.2.1 192.0.2.2:5070 [2001:db8::1]")
		trunks.Failed("a", one, "503", 0)
		time.Sleep(31 * time.Second)
		check("31 s after a second failure", "192.0.2.2:5070 [2001:db8::1] 192.0.2.1")
		trunks.Worked("a", one)
		check("after a success", "192.0.2.1 192.0.2.2:5070 [2001:db8::1]")
		trunks.Failed("a", one, "503", 2*time.Minute)
		time.Sleep(119 * time.Second)
		check("before Retry-After", "192.0.2.2:5070 [2001:db8::1] 192.0.2.1")
		for i := range 3 {
			trunks.Failed("a", at(i), "408", 0)
		}
		if got := order(t, trunks); len(strings.Fields(got)) != 3 {
			t.Errorf("all failing: %s", got)
		}
		changed := provider("a", func(t *record.Trunk) { t.MaxChannels = 3 }, "192.0.2.1", "192.0.2.2:5070")
		changed.Revision = 2
		time.Sleep(time.Hour)
		trunks.Failed("a", one, "408", 0)
		trunks.Update([]*record.ProviderAccount{changed})
		check("after a change of the record", "192.0.2.2:5070 192.0.2.1")
	})
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := prometheus.NewPedanticRegistry()
		trunks := trunk.New(trunk.Config{Resolver: trunk.NewResolver(trunk.ResolverConfig{Servers: []string{}}), Requester: &carrier{}, Registerer: reg})
		p := provider("a", func(t *record.Trunk) { t.MaxChannels, t.CallsPerSecond = 3, 2 }, "192.0.2.1")
		trunks.Update([]*record.ProviderAccount{p})
		take := func(want error) func() {
			t.Helper()
			release, err := trunks.Acquire("a")
			if !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
			return release
		}
		first := take(nil)
		take(nil)
		take(trunk.ErrRate)
		time.Sleep(500 * time.Millisecond)
		take(nil)
		time.Sleep(time.Second)
		take(trunk.ErrChannels)
		if _, err := trunks.AcquireInbound("a"); !errors.Is(err, trunk.ErrChannels) {
			t.Errorf("inbound: %v", err)
		}
		help := trunks.AcquireEmergency("a")
		if n := state(t, trunks, "a").Channels; n != 4 {
			t.Errorf("%d channels", n)
		}
		help()
		first()
		first()
		if n := state(t, trunks, "a").Channels; n != 2 {
			t.Errorf("%d channels after the release", n)
		}
		changed := provider("a", nil, "192.0.2.1")
		changed.Revision = 2
		trunks.Update([]*record.ProviderAccount{changed})
		for range 10 {
			take(nil)
		}
		if n := state(t, trunks, "a").Channels; n != 12 {
			t.Errorf("%d channels after the change", n)
		}
		if _, err := trunks.Acquire("x"); !errors.Is(err, trunk.ErrUnknown) {
			t.Errorf("unknown: %v", err)
		}
		trunks.AcquireEmergency("x")()
		for limit, want := range map[string]float64{"channels": 2, "rate": 1} {
			if got := limited(t, reg, limit); got != want {
				t.Errorf("%v calls limited by %s, want %v", got, limit, want)
			}
		}
	})
}

// limited reads dialtone_trunk_limited_total.
func limited(t *testing.T, reg *prometheus.Registry, limit string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "dialtone_trunk_limited_total" && m.GetLabel()[0].GetValue() == limit {
				return m.GetCounter().GetValue()
			}
		}
	}
	return -1
}

func TestOptions(t *testing.T) {
	c := &carrier{answer: status(200)}
	serving(t, c, func(t *testing.T, trunks *trunk.Trunks) {
		trunks.Update([]*record.ProviderAccount{provider("a", func(t *record.Trunk) {
			t.OptionsPing, t.OptionsInterval = true, 30
		}, "192.0.2.1", "192.0.2.2")})
		after(time.Second)
		if s := state(t, trunks, "a"); s.State != trunk.StateOK {
			t.Errorf("at first: %+v", s)
		}
		c.set(func(to trunk.Destination, r trunk.Request) (trunk.Response, error) {
			if to.Host == "192.0.2.1" {
				return silence(to, r)
			}
			return status(404)(to, r)
		})
		after(34 * time.Second)
		if got := order(t, trunks); got != "192.0.2.1 192.0.2.2" {
			t.Errorf("after one miss: %s", got)
		}
		after(34 * time.Second)
		if got := order(t, trunks); got != "192.0.2.2 192.0.2.1" {
			t.Errorf("after two: %s", got)
		}
		s := state(t, trunks, "a")
		if s.State != trunk.StateOK || s.Hosts[0].Up || !s.Hosts[1].Up {
			t.Errorf("one of two down: %+v", s)
		}
		c.set(status(503))
		after(70 * time.Second)
		if s := state(t, trunks, "a"); s.State != trunk.StateUnreachable || s.Reason == "" {
			t.Errorf("all down: %+v", s)
		}
		c.set(status(405))
		after(34 * time.Second)
		if s := state(t, trunks, "a"); s.State != trunk.StateOK {
			t.Errorf("up again: %+v", s)
		}
		if got := order(t, trunks); got != "192.0.2.1 192.0.2.2" {
			t.Errorf("up again: %s", got)
		}
		c.count("")
		trunks.Update(nil)
		after(time.Minute)
		if len(c.asked) != 0 {
			t.Errorf("asked after its end: %v", c.asked)
		}
	})
}

func TestDisabled(t *testing.T) {
	c := &carrier{answer: status(200)}
	serving(t, c, func(t *testing.T, trunks *trunk.Trunks) {
		p := provider("a", func(t *record.Trunk) { t.OptionsPing = true }, "192.0.2.1")
		p.Enabled = false
		trunks.Update([]*record.ProviderAccount{p})
		after(time.Minute)
		if s := state(t, trunks, "a"); s.State != trunk.StateDisabled || len(c.asked) != 0 {
			t.Errorf("status %+v, asked %v", s, c.asked)
		}
		if got := order(t, trunks); got != "192.0.2.1" {
			t.Errorf("an emergency call has nowhere to go: %q", got)
		}
		on := *p
		on.Enabled, on.Revision = true, 2
		trunks.Update([]*record.ProviderAccount{&on})
		after(time.Minute)
		if s := state(t, trunks, "a"); s.State != trunk.StateOK {
			t.Errorf("switched on: %+v", s)
		}
	})
}

func TestNamesAreLookedUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at atomic.Pointer[netip.Addr]
		move := func(to string) {
			addr := netip.MustParseAddr(to)
			at.Store(&addr)
		}
		trunks := trunk.New(trunk.Config{Requester: &carrier{}, Resolver: trunk.NewResolver(trunk.ResolverConfig{
			Servers: []string{},
			Hosts: func(context.Context, string) ([]netip.Addr, error) {
				if addr := at.Load(); addr != nil {
					return []netip.Addr{*addr}, nil
				}
				return nil, errSilent
			},
		})})
		trunks.Update([]*record.ProviderAccount{provider("a", nil, "sip.carrier.test")})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- trunks.Serve(ctx) }()
		known := func(when, address string, want int) {
			t.Helper()
			if got := trunks.Recognise(netip.MustParseAddrPort(address)); len(got) != want {
				t.Errorf("%s: %s is %v", when, address, got)
			}
		}
		after(time.Second)
		if s := state(t, trunks, "a"); s.State != trunk.StateUnreachable {
			t.Errorf("not found: %+v", s)
		}
		move("192.0.2.1")
		after(31 * time.Second)
		known("found", "192.0.2.1:5060", 1)
		if s := state(t, trunks, "a"); s.State != trunk.StateOK {
			t.Errorf("found: %+v", s)
		}
		move("192.0.2.2")
		after(61 * time.Second)
		known("moved", "192.0.2.1:5060", 0)
		known("moved", "192.0.2.2:5060", 1)
		cancel()
		<-done
	})
}

func BenchmarkRecognise(b *testing.B) {
	trunks := newTrunks(&carrier{})
	trunks.Update([]*record.ProviderAccount{provider("a", func(t *record.Trunk) { t.InboundSources = []string{"198.51.100.0/24"} }, "192.0.2.1")})
	source := netip.MustParseAddrPort("203.0.113.5:5060")
	b.ReportAllocs()
	for b.Loop() {
		trunks.Recognise(source)
	}
}
