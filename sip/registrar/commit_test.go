package registrar

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The disk after any crash holds every answer given before it.
func TestCrashKeepsWhatWasAnswered(t *testing.T) {
	log := newMemoryLog()
	log.keep = true
	r, stop := serve(t, Config{Log: log})
	type answer struct {
		batches  int // committed when the answer came
		aor      string
		contacts []string
	}
	var mu sync.Mutex
	var answers []answer
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			p := newPhone(fmt.Sprintf("user%d@pbx.example", i))
			for n := range 15 {
				expires, uris := int64(600), []string{fmt.Sprintf("sip:a@192.0.2.%d", n), "sip:b@192.0.2.1"}
				if (i+n)%4 == 0 {
					expires = 0
				}
				res, err := r.Update(t.Context(), p.request(expires, uris...), noon)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				log.mu.Lock()
				answers = append(answers, answer{log.batches, p.aor, contacts(res.Bindings)})
				log.mu.Unlock()
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	stop()
	history := append([]map[string]string{{}}, log.history...)
	for _, a := range answers {
		crashed := restored(t, history[a.batches])
		if diff := cmp.Diff(a.contacts, contacts(crashed.Lookup(nil, []byte(a.aor), noon))); diff != "" {
			t.Fatalf("crash after batch %d: %s: %s", a.batches, a.aor, diff)
		}
	}
}

// countingWaiter counts the answers to many updates.
type countingWaiter struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	order  []int
	failed int
}

type numbered struct {
	w *countingWaiter
	n int
}

func (n numbered) Registered(err error) {
	n.w.mu.Lock()
	defer n.w.mu.Unlock()
	n.w.order = append(n.w.order, n.n)
	if err != nil {
		n.w.failed++
	}
	n.w.wg.Done()
}

// While one commit runs the next group fills; it goes to disk as one batch and
// its callers are released in the order they came.
func TestWaitersShareACommit(t *testing.T) {
	log := newMemoryLog()
	log.gate = make(chan struct{})
	r, _ := serve(t, Config{Log: log})
	var w countingWaiter
	const n = 100
	w.wg.Add(n)
	for i := range n {
		p := newPhone(fmt.Sprintf("user%d@pbx.example", i))
		r.UpdateAsync(p.request(Absent, sipA), noon, new(Result), numbered{&w, i})
	}
	close(log.gate)
	w.wg.Wait()
	if !slices.IsSorted(w.order) || len(w.order) != n || w.failed != 0 {
		t.Fatalf("%d failed, released in order %v", w.failed, w.order)
	}
	if log.batches > 2 {
		t.Fatalf("%d updates took %d commits", n, log.batches)
	}
}

func TestFullQueueIsRefused(t *testing.T) {
	log := newMemoryLog()
	log.gate = make(chan struct{})
	r := New(Config{Log: log, MaxWaiting: 3}) // not serving yet: everything waits
	var w countingWaiter
	w.wg.Add(5)
	for i := range 5 {
		p := newPhone(fmt.Sprintf("user%d@pbx.example", i))
		r.UpdateAsync(p.request(Absent, sipA), noon, new(Result), numbered{&w, i})
	}
	if diff := cmp.Diff([]int{3, 4}, w.order); diff != "" || w.failed != 2 {
		t.Fatalf("%d failed: %s", w.failed, diff)
	}
	if got := r.Lookup(nil, []byte("user4@pbx.example"), noon); len(got) != 0 {
		t.Fatal("a refused update changed something")
	}
	if _, err := r.Update(t.Context(), newPhone("late@pbx.example").request(Absent, sipA), noon); !errors.Is(err, ErrBusy) {
		t.Fatal(err)
	}
}

// A failed commit is a 503; the state reaches the disk with the next commit that
// succeeds, that of a retransmission included.
func TestFailedCommit(t *testing.T) {
	log := newMemoryLog()
	r, stop := serve(t, Config{Log: log})
	alice, bob := newPhone("alice@pbx.example"), newPhone("bob@pbx.example")
	update(t, r, bob.request(Absent, sipB), noon)

	log.failing(true)
	req := alice.request(Absent, sipA)
	_, err := r.Update(t.Context(), req, noon)
	var e *Error
	if !errors.As(err, &e) || e.Status != 503 || e.RetryAfter == 0 || !errors.Is(err, errDisk) {
		t.Fatal(err)
	}
	if _, err := r.Update(t.Context(), bob.request(0, sipB), noon); !errors.Is(err, errDisk) {
		t.Fatal(err)
	}
	if _, err := r.Update(t.Context(), req, noon); !errors.Is(err, errDisk) {
		t.Fatalf("a retransmission was answered without its binding being on disk: %v", err)
	}

	log.failing(false)
	update(t, r, req, noon)
	stop()
	if got := slices.Sorted(maps.Keys(log.snapshot())); !slices.Equal(got, []string{"alice@pbx.example"}) {
		t.Fatalf("on disk: %v", got)
	}
}

// What waits when the registrar stops is committed; what comes later is refused.
func TestStopCommitsWhatWaits(t *testing.T) {
	log := newMemoryLog()
	log.gate = make(chan struct{})
	r, stop := serve(t, Config{Log: log})
	var w countingWaiter
	w.wg.Add(10)
	for i := range 10 {
		p := newPhone(fmt.Sprintf("user%d@pbx.example", i))
		r.UpdateAsync(p.request(Absent, sipA), noon, new(Result), numbered{&w, i})
	}
	close(log.gate)
	stop()
	w.wg.Wait()
	if n := len(log.snapshot()); n != 10 || w.failed != 0 {
		t.Fatalf("%d on disk, %d failed", n, w.failed)
	}
	if _, err := r.Update(t.Context(), newPhone("late@pbx.example").request(Absent, sipA), noon); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

// A batch never exceeds its limits; memoryLog panics when one does.
func TestLargeGroupIsSplit(t *testing.T) {
	log := newMemoryLog()
	r := New(Config{Log: log, MaxWaiting: 3 * MaxCommitOps})
	var w countingWaiter
	const n = 2*MaxCommitOps + 1
	w.wg.Add(n)
	for i := range n {
		p := newPhone(fmt.Sprintf("user%d@pbx.example", i))
		r.UpdateAsync(p.request(Absent, sipA), noon, new(Result), numbered{&w, i})
	}
	r.commits.commit(r.commits.take(true))
	if len(log.snapshot()) != n || w.failed != 0 || log.batches != 3 {
		t.Fatalf("%d on disk in %d batches", len(log.snapshot()), log.batches)
	}
}
