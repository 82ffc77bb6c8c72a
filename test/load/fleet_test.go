package load

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// outcome leaves out of a report what no two runs have alike.
func outcome(r Report) Report {
	return Report{
		Started: r.Started, Succeeded: r.Succeeded, Failed: r.Failed, Unavailable: r.Unavailable, TimedOut: r.TimedOut,
		Unfinished: r.Unfinished, GaveUp: r.GaveUp, Wrong: r.Wrong, Requests: r.Requests, Challenges: r.Challenges,
		Malformed: r.Malformed,
	}
}

func mustBe(t *testing.T, got, want Report) {
	t.Helper()
	if diff := cmp.Diff(want, outcome(got), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s\n%+v", diff, got)
	}
}

// fast lets 200 phones register once.
var fast = Plan{Rate: 5000, Duration: time.Minute, Total: 200}

func TestRegisterChallenged(t *testing.T) {
	s := startStub(t, nil)
	f := s.fleet(200)
	r, err := f.Register(t.Context(), fast)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, r, Report{Started: 200, Succeeded: 200, Requests: 400, Challenges: 200})
	if diff := cmp.Diff(Counts{"200": 200, "401": 200}, r.Statuses); diff != "" {
		t.Error(diff)
	}
	if r.Latency.P50 <= 0 || r.Latency.P50 > r.Latency.Max || r.Sizes.Answer <= r.Sizes.Request {
		t.Errorf("%+v %+v", r.Latency, r.Sizes)
	}
	if r, err = f.Register(t.Context(), fast); err != nil || r.Succeeded != 200 {
		t.Fatal(r, err)
	}
	s.locked(func() {
		if len(s.contacts) != 200 {
			t.Errorf("%d users bound", len(s.contacts))
		}
		for user, contacts := range s.contacts {
			if len(contacts) != 1 {
				t.Errorf("%s has %v: its contact moved", user, contacts)
			}
		}
	})
	for i := range 200 {
		if f.State(i) != Bound {
			t.Errorf("phone %d is %v", i, f.State(i))
		}
	}
}

func TestRefreshIsOneRequest(t *testing.T) {
	s := startStub(t, nil)
	f := s.fleet(200)
	plan := fast
	plan.Refresh = true
	if _, err := f.Register(t.Context(), fast); err != nil {
		t.Fatal(err)
	}
	r, err := f.Register(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, r, Report{Started: 200, Succeeded: 200, Requests: 200})
}

func TestRefreshMeetsStaleNonce(t *testing.T) {
	s := startStub(t, nil)
	f := s.fleet(200)
	plan := fast
	plan.Refresh = true
	if _, err := f.Register(t.Context(), fast); err != nil {
		t.Fatal(err)
	}
	s.locked(func() { s.clock = s.clock.Add(24 * time.Hour) })
	r, err := f.Register(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, r, Report{Started: 200, Succeeded: 200, Requests: 400, Challenges: 200})
}

func TestRetransmission(t *testing.T) {
	copies := counter()
	s := startStub(t, func(r *request) string {
		if copies(r) < 3 {
			return "-"
		}
		return ""
	})
	plan := fast
	plan.Total = 20
	f := s.fleet(20, func(c *Config) { c.T1, c.T2 = 100*time.Millisecond, 200*time.Millisecond })
	r, err := f.Register(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, r, Report{Started: 20, Succeeded: 20, Requests: 40, Challenges: 20})
	if r.Repeats < 80 {
		t.Errorf("%d repeats", r.Repeats)
	}
}

func TestTimeout(t *testing.T) {
	s := startStub(t, func(*request) string { return "-" })
	plan := fast
	plan.Total = 10
	f := s.fleet(10, func(c *Config) { c.T1, c.T2 = time.Millisecond, 4*time.Millisecond })
	plan.Drain = time.Minute
	r, err := f.Register(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, r, Report{Started: 10, TimedOut: 10, Requests: 10})
	if f.State(0) != Unknown {
		t.Errorf("an unanswered phone is %v", f.State(0))
	}
}

// A server that challenges for ever is not asked for ever.
func TestWrongPassword(t *testing.T) {
	s := startStub(t, nil)
	f := s.fleet(4, func(c *Config) {
		for i := range c.Accounts {
			c.Accounts[i].Password = "other"
		}
	})
	plan := fast
	plan.Total = 4
	r, err := f.Register(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, r, Report{Started: 4, Failed: 4, Requests: 8, Challenges: 4})
}

func TestWrongAnswers(t *testing.T) {
	s := startStub(t, func(r *request) string {
		if r.header["Authorization"] != "" {
			return "200 OK"
		}
		return ""
	})
	plan := fast
	plan.Total = 4
	r, err := s.fleet(4).Register(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, r, Report{Started: 4, Succeeded: 4, Requests: 8, Challenges: 4, Wrong: 4})
}

func TestStorm(t *testing.T) {
	tries := map[string]int{}
	s := startStub(t, func(r *request) string {
		if tries[r.user]++; tries[r.user] == 1 {
			return "503 Service Unavailable"
		}
		return ""
	})
	for _, spread := range []struct {
		name string
		plan StormPlan
	}{
		{"at once", StormPlan{}},
		{"by chance", StormPlan{Spread: 50 * time.Millisecond}},
		{"evenly", StormPlan{Spread: 50 * time.Millisecond, Even: true}},
	} {
		t.Run(spread.name, func(t *testing.T) {
			s.locked(func() { clear(tries) })
			spread.plan.Retry = 20 * time.Millisecond
			r, err := s.fleet(600).Storm(t.Context(), spread.plan)
			if err != nil {
				t.Fatal(err)
			}
			mustBe(t, r, Report{Started: 1200, Succeeded: 600, Unavailable: 600, Requests: 1800, Challenges: 600})
			if r.AllBoundMS <= 0 || r.Registered.Max < r.Registered.P50 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestStormWaitsAsTold(t *testing.T) {
	first := map[string]bool{}
	s := startStub(t, func(r *request) string {
		if !first[r.user] {
			first[r.user] = true
			return "503 Service Unavailable\r\nRetry-After: 1 (soon)"
		}
		return ""
	})
	r, err := s.fleet(20).Storm(t.Context(), StormPlan{Retry: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, r, Report{Started: 40, Succeeded: 20, Unavailable: 20, Requests: 60, Challenges: 20})
	if r.AllBoundMS < 1000 {
		t.Errorf("all bound after %d ms", r.AllBoundMS)
	}
}

func TestStormGivesUp(t *testing.T) {
	s := startStub(t, func(*request) string { return "503 Service Unavailable" })
	r, err := s.fleet(10).Storm(t.Context(), StormPlan{Retry: time.Millisecond, Attempts: 3})
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, r, Report{Started: 30, Unavailable: 30, Requests: 30, GaveUp: 10})
	if r.AllBoundMS != 0 {
		t.Errorf("all bound after %d ms", r.AllBoundMS)
	}
}

// What phones were told and what the registrar holds agree.
func TestChurn(t *testing.T) {
	s := startStub(t, nil)
	f := s.fleet(40, func(c *Config) { c.Sockets = 8 })
	plan := ChurnPlan{Plan: fast}
	plan.Total = 1000
	r, err := f.Churn(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	if r.Succeeded+r.Busy != 1000 || r.Wrong != 0 || r.Challenges >= r.Succeeded {
		t.Fatalf("%+v", r)
	}
	s.locked(func() {
		for i := range 40 {
			contacts, want := s.contacts[fmt.Sprintf("user%06d", i)], 0
			if f.State(i) == Bound {
				want = 1
			}
			if len(contacts) != want {
				t.Errorf("phone %d is %v, the registrar has %v", i, f.State(i), contacts)
			}
		}
	})
}

func TestRefusals(t *testing.T) {
	good := Config{Target: netip.MustParseAddrPort("127.0.0.1:5060"), Accounts: DefaultPattern("d").Accounts(1)}
	tests := []struct {
		name   string
		change func(*Config)
		want   error
	}{
		{"another machine", func(c *Config) { c.Target = netip.MustParseAddrPort("192.0.2.1:5060") }, ErrNotLoopback},
		{"any address", func(c *Config) { c.Target = netip.MustParseAddrPort("0.0.0.0:5060") }, ErrNotLoopback},
		{"no port", func(c *Config) { c.Target = netip.MustParseAddrPort("127.0.0.1:0") }, ErrNotLoopback},
		{"no phones", func(c *Config) { c.Accounts = nil }, ErrBound},
		{"more threads than phones", func(c *Config) { c.Workers = 2 }, ErrBound},
		{"too many sockets", func(c *Config) { c.Sockets = MaxSockets + 1 }, ErrBound},
		{"user without a name", func(c *Config) { c.Accounts = []Account{{Domain: "d"}} }, ErrBound},
		{"long domain", func(c *Config) { c.Accounts = []Account{{"u", strings.Repeat("d", 129), ""}} }, ErrBound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := good
			tt.change(&cfg)
			if _, err := New(cfg); !errors.Is(err, tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	f, err := New(good)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, plan := range []Plan{{}, {Rate: 1}, {Rate: MaxRate + 1, Duration: 1}, {Rate: 1, Duration: MaxDuration + 1}} {
		if _, err := f.Register(t.Context(), plan); !errors.Is(err, ErrBound) {
			t.Errorf("%+v: got %v", plan, err)
		}
	}
}

func TestLoopbackOverIPv6(t *testing.T) {
	f, err := New(Config{Target: netip.MustParseAddrPort("[::1]:5060"), Accounts: DefaultPattern("d").Accounts(1)})
	if err != nil {
		t.Skip("no IPv6 here:", err)
	}
	defer f.Close()
	if at := f.workers[0].sockets[0].address; !strings.HasPrefix(at, "[::1]:") {
		t.Error(at)
	}
}
