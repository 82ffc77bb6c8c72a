package trunk

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"dialtone/store/record"
)

// How often hosts are looked up again.
const (
	minRefresh    = 30 * time.Second
	maxRefresh    = 10 * time.Minute
	lookupTimeout = 15 * time.Second
)

// runner is an account that Serve keeps going.
type runner struct {
	account *account
	stop    context.CancelCauseFunc
	done    chan struct{}
}

// errReplaced stops an account whose registration its successor takes over.
var errReplaced = errors.New("another record took over")

// Serve looks hosts up, registers and asks for health until ctx ends, then takes its registrations back and returns.
func (t *Trunks) Serve(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	running := map[record.ID]*runner{}
	for {
		t.reconcile(ctx, &wg, running)
		select {
		case <-ctx.Done():
			return nil
		case <-t.changed:
		}
	}
}

// reconcile stops what is gone or has changed and starts what is new. A successor begins when the one before has ended.
func (t *Trunks) reconcile(ctx context.Context, wg *sync.WaitGroup, running map[record.ID]*runner) {
	t.mu.Lock()
	wanted := make(map[record.ID]*account, len(t.accounts))
	for id, a := range t.accounts {
		if a.record.Enabled {
			wanted[id] = a
		}
	}
	t.mu.Unlock()
	ended := map[record.ID]<-chan struct{}{}
	for id, r := range running {
		next := wanted[id]
		if next == r.account {
			continue
		}
		var cause error
		if next != nil && sameBinding(r.account.record, next.record) {
			cause = errReplaced
		}
		r.stop(cause)
		ended[id] = r.done
		delete(running, id)
	}
	for id, a := range wanted {
		if running[id] != nil {
			continue
		}
		inner, stop := context.WithCancelCause(ctx)
		r := &runner{account: a, stop: stop, done: make(chan struct{})}
		running[id] = r
		wg.Go(func() {
			defer close(r.done)
			defer stop(nil)
			if before := ended[id]; before != nil {
				<-before
			}
			t.run(inner, a)
		})
	}
}

// run keeps one account going until ctx ends.
func (t *Trunks) run(ctx context.Context, a *account) {
	var wg sync.WaitGroup
	defer wg.Wait()
	log := t.log.With("trunk", a.record.ID, "name", a.record.Name)
	loops := []func(context.Context, *account){t.look}
	if a.record.Trunk.OptionsPing {
		loops = append(loops, t.ping)
	}
	if a.record.Trunk.Authentication == record.TrunkRegistration {
		loops = append(loops, t.register)
	}
	for _, loop := range loops {
		wg.Go(func() {
			defer recovered(log)
			loop(ctx, a)
		})
	}
}

func recovered(log *slog.Logger) {
	if err := recover(); err != nil {
		log.Error("a loop of a trunk ended", "panic", err, "stack", string(debug.Stack()))
	}
}

// look keeps the hosts' addresses fresh.
func (t *Trunks) look(ctx context.Context, a *account) {
	for first := true; ; first = false {
		inner, cancel := context.WithTimeout(ctx, lookupTimeout)
		wait, changed := a.lookupAll(inner, t.resolver)
		cancel()
		if changed {
			t.republish()
		}
		if first {
			close(a.looked)
		}
		if ctx.Err() != nil {
			return
		}
		a.note(t.log, time.Now())
		if !sleep(ctx, wait) {
			return
		}
	}
}

// sleep waits; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// within is a random time from low to high parts of d in a hundred.
func within(d time.Duration, low, high int) time.Duration {
	return d * time.Duration(low*1000+rand.IntN((high-low)*1000)) / 100_000
}
