package registrar

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// seen empties a subscription.
func seen(s *Subscription) []string {
	list := []string{}
	for {
		select {
		case e := <-s.Events:
			list = append(list, fmt.Sprint(e.Kind, " ", e.Binding.Contact))
		default:
			return list
		}
	}
}

func line(k EventKind, uri string) string { return fmt.Sprint(k, " ", uri) }

func TestEvents(t *testing.T) {
	r, _ := serve(t, Config{MaxBindings: 2})
	sub := r.Subscribe(100)
	p := newPhone("alice@pbx.example")
	update(t, r, p.request(Absent, sipA), noon)
	update(t, r, p.request(Absent, sipA), after(1))
	update(t, r, p.request(Absent, sipB, sipC), after(2))
	update(t, r, p.request(0, sipB), after(3))
	update(t, r, p.request(Absent, sipB), after(4000)) // sipC has expired
	p.connection, p.source, p.callID = 5, "192.0.2.9:1", "other"
	update(t, r, p.request(Absent, sipA), after(4001))
	r.ConnectionClosed(5, after(4002))
	if _, err := r.RemoveAOR(t.Context(), p.aor, after(4003)); err != nil {
		t.Fatal(err)
	}
	want := []string{
		line(Registered, sipA), line(Refreshed, sipA), line(Registered, sipB), line(Evicted, sipA), line(Registered, sipC),
		line(Unregistered, sipB), line(Expired, sipC), line(Registered, sipB), line(Registered, sipA),
		line(Unregistered, sipA), line(Unregistered, sipB),
	}
	if diff := cmp.Diff(want, seen(sub)); diff != "" {
		t.Fatal(diff)
	}
	sub.Close()
	update(t, r, p.request(Absent, sipA), after(5000))
	if got := seen(sub); len(got) != 0 {
		t.Fatalf("%v after Close", got)
	}
}

func TestSlowSubscriberLoses(t *testing.T) {
	r, _ := serve(t, Config{})
	sub := r.Subscribe(2)
	p := newPhone("alice@pbx.example")
	for range 5 {
		update(t, r, p.request(Absent, sipA), noon)
	}
	if got := len(seen(sub)); got != 2 {
		t.Fatalf("%d events kept", got)
	}
	if got := sub.Lost(); got != 3 {
		t.Fatalf("%d events lost", got)
	}
	if got := sub.Lost(); got != 0 {
		t.Fatalf("still %d events lost", got)
	}
}

// What expired leaves memory and disk, and the rest stays.
func TestSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newMemoryLog()
		r, stop := serve(t, Config{Log: log, Sweep: 10 * time.Second})
		sub := r.Subscribe(1000)
		begin := time.Now()
		const n = 2 * shardCount
		for i := range n {
			expires := int64(60)
			if i%2 == 0 {
				expires = 3600
			}
			p := newPhone(fmt.Sprintf("user%d@pbx.example", i))
			update(t, r, p.request(expires, sipA), begin)
		}
		seen(sub)
		time.Sleep(75 * time.Second)
		synctest.Wait()
		if got := len(log.snapshot()); got != n/2 {
			t.Errorf("%d AORs on disk, want %d", got, n/2)
		}
		held := 0
		for i := range r.shards {
			held += r.shards[i].aors.count
		}
		if got := len(r.accounts.names("acc_1")); held != n/2 || got != held {
			t.Errorf("%d AORs in memory, %d in the index, want %d", held, got, n/2)
		}
		if got := len(seen(sub)); got != n/2 {
			t.Errorf("%d events, want %d", got, n/2)
		}
		stop()
	})
}

// The sweep tries again what could not be committed, without any traffic.
func TestSweepRetriesFailedCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newMemoryLog()
		r, stop := serve(t, Config{Log: log})
		log.failing(true)
		if _, err := r.Update(t.Context(), newPhone("alice@pbx.example").request(600, sipA), time.Now()); err == nil {
			t.Error("answered without disk")
		}
		log.failing(false)
		time.Sleep(2 * DefaultSweep)
		synctest.Wait()
		if n := len(log.snapshot()); n != 1 {
			t.Errorf("%d AORs on disk", n)
		}
		stop()
	})
}
