package provision

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// fakeFeed hands out what the test sends.
type fakeFeed chan []store.Change // nil is a resync

func (f fakeFeed) Next(ctx context.Context) ([]store.Change, bool, error) {
	select {
	case c, open := <-f:
		if !open {
			return nil, false, store.ErrClosed
		}
		return c, c == nil, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// fakeFleet is accounts with phones, and what was told to them and when.
type fakeFleet struct {
	mu        sync.Mutex
	phones    map[record.ID][]record.ID
	current   map[record.ID]bool // fetched what there is
	offline   map[record.ID]bool
	inCall    map[record.ID]bool
	told      []string
	last      time.Time // the first phone of an account is told at once
	closest   time.Duration
	start     time.Time
	failing   bool
	stuck     time.Duration // how long a phone takes to answer
	forgotten []record.ID
}

func newFleet(phones map[record.ID][]record.ID) *fakeFleet {
	return &fakeFleet{
		phones: phones, current: map[record.ID]bool{}, offline: map[record.ID]bool{}, inCall: map[record.ID]bool{},
		start: time.Now(), closest: time.Hour,
	}
}

func (f *fakeFleet) accounts() (ids []record.ID) {
	for a := range f.phones {
		ids = append(ids, a)
	}
	return ids
}
func (f *fakeFleet) fetchers(a record.ID) []record.ID { return f.phones[a] }
func (f *fakeFleet) outdated(d record.ID) bool {
	return !locked(f, func() bool { return f.current[d] })
}

func (f *fakeFleet) Registered(d record.ID) bool {
	return !locked(f, func() bool { return f.offline[d] })
}

func (f *fakeFleet) InCall(d record.ID) bool { return locked(f, func() bool { return f.inCall[d] }) }

func (f *fakeFleet) forget(id record.ID) {
	locked(f, func() bool { f.forgotten = append(f.forgotten, id); return true })
}

func (f *fakeFleet) CheckSync(ctx context.Context, d record.ID, reboot bool) error {
	locked(f, func() bool {
		f.told = append(f.told, fmt.Sprintf("%s@%s", d, time.Since(f.start).Round(time.Second)))
		f.closest = min(f.closest, time.Since(f.last))
		f.last = time.Now()
		return true
	})
	select {
	case <-time.After(f.stuck):
	case <-ctx.Done():
		return ctx.Err()
	}
	if f.failing || reboot {
		return errors.New("unreachable")
	}
	locked(f, func() bool { f.current[d] = true; return true })
	return nil
}

func locked(f *fakeFleet, fn func() bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fn()
}

// tell returns what was told since the last time, sorted.
func (f *fakeFleet) tell() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	told := f.told
	f.told = nil
	slices.Sort(told)
	return told
}

func changed(account record.ID) []store.Change {
	d := record.NewDevice()
	d.Account = account
	return []store.Change{{After: d}}
}

// follow runs resync in a time of its own. When test begins, the first look at all
// accounts is over.
func follow(t *testing.T, phones map[record.ID][]record.ID, test func(t *testing.T, feed fakeFeed, f *fakeFleet)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f, feed := newFleet(phones), make(fakeFeed)
		for _, list := range phones {
			for _, d := range list {
				f.current[d] = true
			}
		}
		r := newResync(feed, f, f, newMetrics(nil), slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { r.run(ctx); close(done) }()
		time.Sleep(2 * quiet)
		if told := f.tell(); len(told) > 0 {
			t.Errorf("told %q though all is current", told)
		}
		locked(f, func() bool { clear(f.current); f.start = time.Now(); return true })
		test(t, feed, f)
		cancel()
		<-done
	})
}

func want(t *testing.T, f *fakeFleet, told ...string) {
	t.Helper()
	synctest.Wait()
	if got := f.tell(); !slices.Equal(got, told) {
		t.Errorf("told %q, want %q", got, told)
	}
}

func TestResyncWhenQuiet(t *testing.T) {
	follow(t, map[record.ID][]record.ID{"a": {"a1", "a2", "a3"}, "b": {"b1"}}, func(t *testing.T, feed fakeFeed, f *fakeFleet) {
		locked(f, func() bool { f.current["a2"] = true; f.offline["a3"] = true; return true })
		for range 4 {
			feed <- changed("a")
			time.Sleep(4 * time.Second)
			want(t, f)
		}
		time.Sleep(4 * time.Second)
		want(t, f, "a1@17s")
		feed <- changed("a")
		time.Sleep(10 * time.Second)
		want(t, f) // it has fetched
	})
}

func TestResyncPatience(t *testing.T) {
	follow(t, map[record.ID][]record.ID{"a": {"a1"}}, func(t *testing.T, feed fakeFeed, f *fakeFleet) {
		for range 40 { // never quiet
			feed <- changed("a")
			time.Sleep(2 * time.Second)
		}
		want(t, f, "a1@1m0s")
	})
}

func TestResyncEverybody(t *testing.T) {
	phones := map[record.ID][]record.ID{"a": {"a1"}, "b": {"b1"}, "c": {"c1"}}
	all := []string{"a1@5s", "b1@5s", "c1@5s"}
	t.Run("missed changes", func(t *testing.T) {
		follow(t, phones, func(t *testing.T, feed fakeFeed, f *fakeFleet) {
			feed <- nil
			time.Sleep(10 * time.Second)
			want(t, f, all...)
		})
	})
	t.Run("platform", func(t *testing.T) {
		follow(t, phones, func(t *testing.T, feed fakeFeed, f *fakeFleet) {
			feed <- []store.Change{{After: &record.Platform{}}}
			time.Sleep(10 * time.Second)
			want(t, f, all...)
		})
	})
	t.Run("api key", func(t *testing.T) {
		follow(t, phones, func(t *testing.T, feed fakeFeed, f *fakeFleet) {
			feed <- []store.Change{{After: &record.APIKey{Meta: record.Meta{Account: "a"}}}}
			time.Sleep(10 * time.Second)
			want(t, f)
		})
	})
	t.Run("deleted", func(t *testing.T) {
		follow(t, phones, func(t *testing.T, feed fakeFeed, f *fakeFleet) {
			feed <- []store.Change{{Before: &record.Device{Meta: record.Meta{ID: "gone", Account: "b"}}}}
			time.Sleep(10 * time.Second)
			want(t, f, "b1@5s")
			if !slices.Contains(f.forgotten, "gone") {
				t.Error("still kept")
			}
		})
	})
}

// Ten a second, even when each takes its time to answer.
func TestResyncPace(t *testing.T) {
	var phones []record.ID
	for i := range 100 {
		phones = append(phones, record.ID(fmt.Sprint("a", i)))
	}
	follow(t, map[record.ID][]record.ID{"a": phones}, func(t *testing.T, feed fakeFeed, f *fakeFleet) {
		f.stuck = 3 * time.Second
		feed <- changed("a")
		time.Sleep(quiet + 5*time.Second + 50*time.Millisecond)
		synctest.Wait()
		if n := len(f.tell()); n != 51 {
			t.Errorf("%d told in 5 s", n)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := len(f.tell()); n != 49 {
			t.Errorf("%d told afterwards", n)
		}
		if f.closest < pace {
			t.Errorf("two within %s", f.closest)
		}
	})
}

func TestResyncInCall(t *testing.T) {
	follow(t, map[record.ID][]record.ID{"a": {"a1", "a2"}}, func(t *testing.T, feed fakeFeed, f *fakeFleet) {
		locked(f, func() bool { f.inCall["a1"] = true; return true })
		feed <- changed("a")
		time.Sleep(30 * time.Second)
		want(t, f, "a2@5s")
		locked(f, func() bool { delete(f.inCall, "a1"); return true })
		time.Sleep(time.Minute)
		want(t, f, "a1@1m5s")
	})
}

func TestResyncUnreachable(t *testing.T) {
	follow(t, map[record.ID][]record.ID{"a": {"a1"}}, func(t *testing.T, feed fakeFeed, f *fakeFleet) {
		f.failing = true
		feed <- changed("a")
		time.Sleep(10 * time.Minute)
		want(t, f, "a1@5s") // once, until something changes again
		feed <- changed("a")
		time.Sleep(10 * time.Second)
		want(t, f, "a1@10m5s")
	})
}

// What was changed before a restart is told after it.
func TestResyncAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, feed := newFleet(map[record.ID][]record.ID{"a": {"a1"}}), make(fakeFeed)
		done := make(chan struct{})
		r := newResync(feed, f, f, newMetrics(nil), slog.New(slog.DiscardHandler))
		go func() { r.run(t.Context()); close(done) }()
		time.Sleep(10 * time.Second)
		want(t, f, "a1@5s")
		close(feed)
		<-done
	})
}

// notifier is phones that are all registered, over a real store.
type notifier struct{ told chan record.ID }

func (notifier) Registered(record.ID) bool { return true }
func (notifier) InCall(record.ID) bool     { return false }
func (n notifier) CheckSync(_ context.Context, d record.ID, _ bool) error {
	n.told <- d
	return nil
}

func TestResyncOverStore(t *testing.T) {
	t.Parallel() // it waits for the account to be quiet
	n := notifier{make(chan record.ID, 10)}
	h := newHouse(t, func(s *Server) { s.Notifier = n }).serve(t)
	h.get(t, config)
	h.get(t, "805ec0010204.cfg", "User-Agent: "+t54Agent)
	h.state(t, h.phone.ID, func(s *record.DeviceState) bool { return s.FetchedHash != 0 })
	h.state(t, h.second.ID, func(s *record.DeviceState) bool { return s.FetchedHash != 0 })
	change(t, h, h.second.ID, func(d *record.Device) { d.Overrides.Raw = map[string]string{"phone_setting.backlight_time": "60"} })
	if got := <-n.told; got != h.second.ID {
		t.Errorf("told %s, want %s", got, h.second.ID)
	}
	h.stop()
	if len(n.told) > 0 {
		t.Errorf("told %s, too", <-n.told)
	}
	change(t, h, h.account.ID, func(a *record.Account) { a.AutoResync = false })
	if list := h.server.fetchers(h.account.ID); len(list) > 0 {
		t.Errorf("would tell %v", list)
	}
}
