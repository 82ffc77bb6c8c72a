package outbox

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"dialtone/store"
	"dialtone/store/record"
)

// fakeRows is a lane of a store in memory.
type fakeRows struct {
	mu     sync.Mutex
	rows   []*store.OutboxRow
	news   chan store.OutboxNews
	broken bool // nothing can be written
}

func newFakeRows() *fakeRows { return &fakeRows{news: make(chan store.OutboxNews, 100)} }

func (f *fakeRows) put(account record.ID, queue, id string, due time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rows = append(f.rows, &store.OutboxRow{
		ID: id, Account: account, Queue: queue, State: store.OutboxPending, CreatedAt: due, Due: due, ExpiresAt: due.Add(24 * time.Hour),
	})
	f.news <- store.OutboxNews{Due: map[store.OutboxQueue]time.Time{{Account: account, Name: queue}: due}}
}

func (f *fakeRows) setBroken(broken bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = broken
}

func (f *fakeRows) Next(ctx context.Context) (store.OutboxNews, error) {
	select {
	case n := <-f.news:
		return n, nil
	case <-ctx.Done():
		return store.OutboxNews{}, ctx.Err()
	}
}

func (f *fakeRows) Queues(fn func(q store.OutboxQueue, due time.Time)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, row := range f.rows {
		if row.State == store.OutboxPending {
			fn(store.OutboxQueue{Account: row.Account, Name: row.Queue}, row.Due)
		}
	}
	return nil
}

func (f *fakeRows) Head(q store.OutboxQueue) (*store.OutboxRow, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var mine []*store.OutboxRow
	for _, row := range f.rows {
		if row.State == store.OutboxPending && row.Account == q.Account && row.Queue == q.Name {
			mine = append(mine, row)
		}
	}
	if len(mine) == 0 {
		return nil, nil
	}
	head := *slices.MinFunc(mine, func(a, b *store.OutboxRow) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID))
	})
	return &head, nil
}

var errBroken = errors.New("the disk is full")

func (f *fakeRows) Settle(row store.OutboxRow, r store.OutboxResult) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return errBroken
	}
	i := slices.IndexFunc(f.rows, func(o *store.OutboxRow) bool { return o.ID == row.ID })
	f.rows[i].Attempts++
	f.rows[i].State, f.rows[i].Due = r.State, r.Due
	return nil
}

func (f *fakeRows) states() map[string]store.OutboxState {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[string]store.OutboxState{}
	for _, row := range f.rows {
		all[row.ID] = row.State
	}
	return all
}

// trial is a lane over fake rows inside a synctest bubble.
type trial struct {
	*fakeRows
	lane  *lane
	start time.Time

	mu   sync.Mutex
	sent []string // identifiers in the order they were tried
	at   []time.Duration
}

// try runs a lane whose attempts end as answer says, until fn returns.
func try(t *testing.T, answer func(ctx context.Context, row *store.OutboxRow) outcome, fn func(l *trial)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &trial{fakeRows: newFakeRows(), start: time.Now()}
		l.lane = &lane{
			name: store.OutboxWebhook, rows: l.fakeRows, schedule: webhookSchedule(), workers: 4,
			log: quiet(), metrics: newMetrics(nil).lanes[store.OutboxWebhook],
			send: func(ctx context.Context, row *store.OutboxRow) outcome {
				l.mu.Lock()
				l.sent = append(l.sent, row.ID)
				l.at = append(l.at, time.Since(l.start))
				l.mu.Unlock()
				return answer(ctx, row)
			},
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- l.lane.run(ctx) }()
		fn(l)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func (l *trial) tried() []string {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.sent)
}

// A row is tried by the schedule, and given up at its end; the waits are within their jitter.
func TestLaneBacksOff(t *testing.T) {
	try(t, func(context.Context, *store.OutboxRow) outcome { return outcome{result: retry} }, func(l *trial) {
		l.put("a", "q", "1", l.start)
		time.Sleep(25 * time.Hour)
		waits := webhookSchedule()
		l.tried()
		for i := 1; i < len(l.at); i++ {
			want := waits[min(i, len(waits))-1]
			if got := l.at[i] - l.at[i-1]; got < want*9/10 || got > want*11/10 {
				t.Errorf("wait %d is %s, want about %s", i, got, want)
			}
		}
		if len(l.at) < 13 || len(l.at) > 15 {
			t.Errorf("%d attempts in 24 hours", len(l.at))
		}
		if got := l.states()["1"]; got != store.OutboxFailed {
			t.Errorf("row is %s", got)
		}
	})
}

// Of a queue one row is on its way at a time, in order; one that fails lets the next pass.
func TestLaneOrder(t *testing.T) {
	var mu sync.Mutex
	flying, most := map[string]int{}, 0
	answer := func(_ context.Context, row *store.OutboxRow) outcome {
		mu.Lock()
		flying[row.Queue]++
		most = max(most, flying[row.Queue])
		mu.Unlock()
		time.Sleep(time.Second)
		mu.Lock()
		flying[row.Queue]--
		mu.Unlock()
		if row.ID == "2" && row.Attempts == 0 {
			return outcome{result: retry}
		}
		return outcome{result: delivered}
	}
	try(t, answer, func(l *trial) {
		for _, id := range []string{"1", "2", "3", "4"} {
			l.put("a", "q", id, l.start)
		}
		time.Sleep(time.Minute)
		if diff := gocmp.Diff([]string{"1", "2", "3", "4", "2"}, l.tried()); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		if most != 1 {
			t.Errorf("%d rows of a queue at a time", most)
		}
	})
}

// One slow queue, or an account with many, takes no other's workers.
func TestLaneShares(t *testing.T) {
	answer := func(ctx context.Context, row *store.OutboxRow) outcome {
		if row.Account == "slow" {
			<-ctx.Done()
			return outcome{result: retry}
		}
		return outcome{result: delivered}
	}
	try(t, answer, func(l *trial) {
		l.lane.perAccount = 2
		for _, q := range []string{"1", "2", "3", "4", "5"} {
			l.put("slow", q, "slow"+q, l.start)
		}
		l.put("quick", "q", "quick", l.start)
		l.tried()
		states := l.states()
		if states["quick"] != store.OutboxDelivered {
			t.Errorf("the other account waits: %v", states)
		}
		if got := len(l.tried()); got != 3 {
			t.Errorf("%d rows were tried, want 2 of the slow account and the quick one", got)
		}
	})
}

// What the account's share keeps waiting is sent when its others have gone.
func TestLaneUnparks(t *testing.T) {
	answer := func(context.Context, *store.OutboxRow) outcome {
		time.Sleep(time.Second)
		return outcome{result: delivered}
	}
	try(t, answer, func(l *trial) {
		l.lane.perAccount = 1
		for _, q := range []string{"1", "2", "3"} {
			l.put("a", q, q, l.start)
		}
		time.Sleep(10 * time.Second)
		if diff := gocmp.Diff(map[string]store.OutboxState{"1": store.OutboxDelivered, "2": store.OutboxDelivered, "3": store.OutboxDelivered}, l.states()); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

// What was sent while nothing can be written is not sent again; it is noted later.
func TestLaneKeepsOutcome(t *testing.T) {
	try(t, func(context.Context, *store.OutboxRow) outcome { return outcome{result: delivered} }, func(l *trial) {
		l.setBroken(true)
		l.put("a", "q", "1", l.start)
		time.Sleep(time.Minute)
		l.setBroken(false)
		time.Sleep(2 * storeWait)
		if diff := gocmp.Diff([]string{"1"}, l.tried()); diff != "" || l.states()["1"] != store.OutboxDelivered {
			t.Errorf("sent (-want +got), %v:\n%s", l.states(), diff)
		}
	})
}

// What a host asks for is a least wait; what is held is not an attempt.
func TestLaneWaits(t *testing.T) {
	heldOnce := false
	answer := func(_ context.Context, row *store.OutboxRow) outcome {
		switch {
		case row.ID == "held" && !heldOnce:
			heldOnce = true
			return outcome{result: held, after: time.Minute}
		case row.ID == "asked" && row.Attempts == 0:
			return outcome{result: retry, after: 10 * time.Minute}
		case row.ID == "panic" && row.Attempts == 0:
			panic("no")
		}
		return outcome{result: delivered}
	}
	try(t, answer, func(l *trial) {
		l.put("a", "1", "asked", l.start)
		l.put("a", "2", "held", l.start)
		l.put("a", "3", "panic", l.start)
		time.Sleep(5 * time.Minute)
		l.tried()
		want := map[string]store.OutboxState{"asked": store.OutboxPending, "held": store.OutboxDelivered, "panic": store.OutboxDelivered}
		if diff := gocmp.Diff(want, l.states()); diff != "" {
			t.Errorf("after 5 minutes (-want +got):\n%s", diff)
		}
		time.Sleep(6 * time.Minute)
		if l.tried(); l.states()["asked"] != store.OutboxDelivered {
			t.Errorf("after 11 minutes: %v", l.states())
		}
	})
}

// The end waits for what is on its way, and cuts it off after a while; that is no attempt.
func TestLaneStops(t *testing.T) {
	answer := func(ctx context.Context, row *store.OutboxRow) outcome {
		if row.ID == "stuck" {
			<-ctx.Done()
			return outcome{result: retry}
		}
		time.Sleep(time.Second)
		return outcome{result: delivered}
	}
	var rows *fakeRows
	try(t, answer, func(l *trial) {
		rows = l.fakeRows
		l.put("a", "1", "stuck", l.start)
		l.put("a", "2", "slow", l.start)
		l.tried()
	})
	if got := rows.rows[0]; got.State != store.OutboxPending || got.Attempts != 0 {
		t.Errorf("what was cut off is %+v", got)
	}
	if got := rows.rows[1]; got.State != store.OutboxDelivered {
		t.Errorf("what was on its way is %+v", got)
	}
}

func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker()
		to, other := target{"a", "host"}, target{"b", "host"}
		for range breakAfter {
			if w := b.wait(to); w != 0 {
				t.Fatalf("closed breaker holds for %s", w)
			}
			b.broke(to, 0)
		}
		if w := b.wait(to); w != breakFor {
			t.Errorf("open for %s", w)
		}
		if w := b.wait(other); w != 0 {
			t.Errorf("another account is held for %s", w)
		}
		time.Sleep(breakFor)
		if b.wait(to) != 0 || b.wait(to) == 0 {
			t.Error("not exactly one attempt passes")
		}
		b.broke(to, 0)
		if w := b.wait(to); w != 2*breakFor {
			t.Errorf("open again for %s", w)
		}
		for range 100 {
			b.broke(to, 0)
		}
		if w := b.wait(to); w != breakLongest {
			t.Errorf("open for %s at most", w)
		}
		b.fine(to)
		if w := b.wait(to); w != 0 {
			t.Errorf("held after a success for %s", w)
		}
		b.broke(to, time.Minute)
		if w := b.wait(to); w != time.Minute {
			t.Errorf("asked for a minute, held for %s", w)
		}
	})
}
