package registrar

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// timedLog notes when batches come and how large they are.
type timedLog struct {
	began   time.Time
	batches map[time.Duration]int
}

func (l *timedLog) Commit(ops []Op) error {
	l.batches[time.Since(l.began)] += len(ops)
	return nil
}

// A commit that would follow the one before too soon waits for company, one that
// follows none does not, and one that is worth it does not either.
func TestGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &timedLog{began: time.Now(), batches: map[time.Duration]int{}}
		r := New(Config{Log: log, Gather: 20 * time.Millisecond})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); r.commits.run(ctx) }()
		n := 0
		register := func(count int) {
			for range count {
				n++
				p := newPhone(fmt.Sprintf("user%d@pbx.example", n))
				r.UpdateAsync(p.request(Absent, sipA), noon, new(Result), ignore{})
			}
			synctest.Wait()
		}
		register(1)
		for range 4 {
			time.Sleep(4 * time.Millisecond)
			register(1)
		}
		time.Sleep(7 * time.Millisecond) // 23
		register(enoughWaiting)
		time.Sleep(77 * time.Millisecond) // 100
		register(1)
		register(2) // committed on the way out
		cancel()
		<-done
		ms := time.Millisecond
		want := map[time.Duration]int{0: 1, 20 * ms: 4, 23 * ms: enoughWaiting, 100 * ms: 3}
		if diff := cmp.Diff(want, log.batches); diff != "" {
			t.Fatal(diff)
		}
	})
}
