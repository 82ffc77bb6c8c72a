package fax

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store"
	"dialtone/store/record"
)

const account record.ID = "acct_test"

// bench is a limiter on a store, with a clock that is set.
type bench struct {
	*Limiter
	t      *testing.T
	store  *store.Store
	dir    string
	limit  *int
	now    time.Time
	mu     sync.Mutex
	events []LimitEvent
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newBench(t *testing.T, limit int) *bench {
	b := &bench{t: t, dir: t.TempDir(), now: noon}
	if limit >= 0 {
		b.limit = &limit
	}
	b.open()
	return b
}

func (b *bench) open() {
	b.t.Helper()
	s, err := store.Open(store.Config{Dir: b.dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { s.Close() })
	b.store = s
	b.Limiter, err = NewLimiter(LimitConfig{
		Ledger: s, Limit: func(record.ID, Direction) *int { return b.limit }, Now: func() time.Time { return b.now },
		Notify: b.note, Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) note(e LimitEvent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

func (b *bench) restart() {
	b.t.Helper()
	if err := b.store.Close(); err != nil {
		b.t.Fatal(err)
	}
	b.open()
}

// retryAfter admits a fax at some milliseconds after noon: 0 for admitted, else the
// seconds it was told.
func (b *bench) retryAfter(ms int) int {
	b.t.Helper()
	b.now = noon.Add(time.Duration(ms) * time.Millisecond)
	_, err := b.Admit(b.t.Context(), account, Inbound, fmt.Sprint("call ", ms))
	var refused *LimitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &refused):
		return refused.Seconds()
	}
	b.t.Fatal(err)
	return 0
}

func TestWindow(t *testing.T) {
	type step struct{ ms, retryAfter int }
	for _, c := range []struct {
		name    string
		limit   int
		restart bool
		steps   []step
	}{
		{"three an hour", 3, false, []step{
			{0, 0}, {10_000, 0}, {20_000, 0}, {30_000, 3570}, {3_599_999, 1}, {3_600_000, 0}, {3_609_000, 1}, {3_610_000, 0},
		}},
		{"over restarts", 3, true, []step{
			{0, 0}, {10_000, 0}, {20_000, 0}, {30_000, 3570}, {3_599_999, 1}, {3_600_000, 0}, {3_609_000, 1}, {3_610_000, 0},
		}},
		{"refused ones do not count", 1, false, []step{{0, 0}, {1_000, 3599}, {2_000, 3598}, {3_600_000, 0}}},
		{"a clock that steps back", 2, false, []step{{7_200_000, 0}, {3_600_000, 0}, {3_600_001, 3600}, {10_799_000, 1}, {10_800_000, 0}}},
		{"a clock that steps ahead and back", 1, false, []step{{0, 0}, {90_000_000, 0}, {1_000, 3600}, {93_599_000, 1}}},
		{"none", 0, false, []step{{0, 3600}, {7_200_000, 3600}}},
		{"no limit", -1, false, []step{{0, 0}, {1, 0}, {2, 0}, {3, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.limit)
			for _, s := range c.steps {
				if got := b.retryAfter(s.ms); got != s.retryAfter {
					t.Errorf("at %d ms: Retry-After %d, want %d", s.ms, got, s.retryAfter)
				}
				if c.restart {
					b.restart()
				}
			}
		})
	}
}

// A clock that is behind after a restart does not empty the window.
func TestRestartBehind(t *testing.T) {
	b := newBench(t, 1)
	b.retryAfter(7_200_000)
	b.restart()
	if got := b.retryAfter(0); got != 3600 {
		t.Errorf("Retry-After %d", got)
	}
}

// One call counts once, however often it asks.
func TestSameCall(t *testing.T) {
	b := newBench(t, 1)
	for range 3 {
		if _, err := b.Admit(t.Context(), account, Inbound, "call"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Admit(t.Context(), account, Inbound, ""); !errors.Is(err, ErrKey) {
		t.Errorf("without a key: %v", err)
	}
	if u := b.Use(account, Inbound); u.Used != 1 {
		t.Errorf("used %d", u.Used)
	}
}

// Directions and accounts have windows of their own.
func TestWindowsApart(t *testing.T) {
	b := newBench(t, 1)
	for _, p := range []place{{account, Inbound}, {account, Outbound}, {"acct_other", Inbound}} {
		if _, err := b.Admit(t.Context(), p.account, p.direction, "call"); err != nil {
			t.Errorf("%v: %v", p, err)
		}
	}
}

func TestRefund(t *testing.T) {
	b := newBench(t, 1)
	a, err := b.Admit(t.Context(), account, Outbound, "call")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Refund(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.restart()
	if u := b.Use(account, Outbound); u.Used != 0 {
		t.Errorf("used %d", u.Used)
	}
	if _, err := b.Admit(t.Context(), account, Outbound, "another"); err != nil {
		t.Error(err)
	}
}

func TestUse(t *testing.T) {
	b := newBench(t, 2)
	b.retryAfter(0)
	want := Use{Limit: b.limit, Used: 1}
	if diff := cmp.Diff(want, b.Use(account, Inbound)); diff != "" {
		t.Error(diff)
	}
	b.retryAfter(1_000)
	want = Use{Limit: b.limit, Used: 2, NextFree: noon.Add(Window)}
	if diff := cmp.Diff(want, b.Use(account, Inbound)); diff != "" {
		t.Error(diff)
	}
	*b.limit = 1 // lowered: both must go
	want = Use{Limit: b.limit, Used: 2, NextFree: noon.Add(Window + time.Second)}
	if diff := cmp.Diff(want, b.Use(account, Inbound)); diff != "" {
		t.Error(diff)
	}
	b.now = noon.Add(Window)
	if u := b.Use(account, Inbound); u.Used != 1 {
		t.Errorf("used %d an hour later", u.Used)
	}
}

func TestLimitEvents(t *testing.T) {
	b := newBench(t, 5)
	for i := range 8 {
		b.retryAfter(i * 1_000)
	}
	b.retryAfter(3_600_000) // free again
	b.retryAfter(3_600_500)
	var got []string
	for _, e := range b.events {
		got = append(got, fmt.Sprint(e.Exceeded, " ", e.Use.Used))
	}
	if diff := cmp.Diff([]string{"false 4", "true 5", "true 5"}, got); diff != "" {
		t.Error(diff)
	}
}

// Of 50 calls at once as many are admitted as the limit says.
func TestManyAtOnce(t *testing.T) {
	b := newBench(t, 10)
	var admitted atomic.Int32
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if _, err := b.Admit(context.Background(), account, Inbound, fmt.Sprint(i)); err == nil {
				admitted.Add(1)
			}
		})
	}
	wg.Wait()
	if n := admitted.Load(); n != 10 {
		t.Errorf("%d admitted", n)
	}
	b.restart()
	if u := b.Use(account, Inbound); u.Used != 10 {
		t.Errorf("used %d after a restart", u.Used)
	}
}

// brokenLedger cannot write.
type brokenLedger struct{ Ledger }

func (brokenLedger) AdmitFax(context.Context, store.FaxPassage, []store.FaxPassage) error {
	return errors.New("disk full")
}

// What could not be made durable does not count, and is not admitted.
func TestLedgerFails(t *testing.T) {
	b := newBench(t, 1)
	b.config.Ledger = brokenLedger{b.store}
	if _, err := b.Admit(t.Context(), account, Inbound, "call"); err == nil {
		t.Error("admitted")
	}
	b.config.Ledger = b.store
	if _, err := b.Admit(t.Context(), account, Inbound, "call"); err != nil {
		t.Error(err)
	}
}
