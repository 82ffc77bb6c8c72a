package test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	// soakParts is into how many parts of the time figures are taken; the first ones, in
	// which everything is made that stays, are not judged.
	soakParts, soakWarm = 10, 3
	// soakHeap is how much the least heap of a part may rise after them: what is alive,
	// and records that wait for the disk. soakAnonymous is that of the process without
	// mapped files: the store fills a table of 64 MB before it writes it out, and the heap
	// breathes.
	soakHeap, soakAnonymous = 24, 128 // MB
)

// soaking is how long, and with how many calls at a time. DIALTONE_SOAK may be a time.
func soaking() (lasting time.Duration, workers int, judged bool) {
	soak := os.Getenv("DIALTONE_SOAK")
	if soak == "" {
		return 5 * time.Second, 5, false
	}
	if d, err := time.ParseDuration(soak); err == nil {
		return d, 50, true
	}
	return 30 * time.Minute, 50, true
}

// part is what a daemon took in a part of a long test: the least heap, which is about
// what is alive, and the most of the rest.
type part struct {
	heap, anonymous, goroutines int // MB, MB
	calls                       int64
}

// anonymous is the memory of the daemon that is no file's, in MB.
func (d *daemon) anonymous(t testing.TB) (megabytes int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	if _, err := fmt.Sscan(rest, &megabytes); err != nil {
		t.Fatal(err)
	}
	return megabytes >> 10
}

// watch takes figures of the daemon until stop.
func (d *daemon) watch(t testing.TB, each time.Duration, completed *atomic.Int64, stop <-chan struct{}) (parts []part) {
	t.Helper()
	tick := time.NewTicker(max(each/20, 100*time.Millisecond))
	defer tick.Stop()
	next := time.Now().Add(each)
	p := part{}
	for {
		f := d.footprint(t)
		heap := int(metric(t, d, "go_memstats_heap_alloc_bytes")) >> 20
		if p.heap == 0 || heap < p.heap {
			p.heap = heap
		}
		p.anonymous, p.goroutines = max(p.anonymous, d.anonymous(t)), max(p.goroutines, f.goroutines)
		if time.Now().After(next) && len(parts) < soakParts { // the last calls may take longer
			p.calls = completed.Load()
			parts = append(parts, p)
			p, next = part{}, next.Add(each)
		}
		select {
		case <-tick.C:
		case <-stop:
			return parts
		}
	}
}

// TestManyCallsForLong: fifty calls at a time, heard both ways, for half an hour; a few for
// some seconds where nobody asked for more. No call is lost, each has its record, and the
// daemon takes no more memory after the first part of the time. The figures are printed.
func TestManyCallsForLong(t *testing.T) {
	t.Parallel()
	lasting, workers, judged := soaking()
	d := start(t, options{})
	var offices []*office
	for range workers {
		offices = append(offices, newOffice(t, d))
	}
	var made, completed atomic.Int64
	begin := d.footprint(t)
	stop, watched := make(chan struct{}), make(chan []part)
	go func() { watched <- d.watch(t, lasting/soakParts, &completed, stop) }()
	end := time.Now().Add(lasting)
	var wg sync.WaitGroup
	for i, o := range offices {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 7))
			for time.Now().Before(end) {
				made.Add(1)
				if err := try(t, func(t testing.TB) { o.converse(t, r) }); err != nil {
					t.Errorf("call: %v", err)
					return
				}
				completed.Add(1)
			}
		})
	}
	wg.Wait()
	close(stop)
	parts := <-watched
	for i, p := range parts {
		t.Logf("part %d of %d: %d calls so far, %d MB heap, %d MB of the process, %d goroutines", i+1, soakParts, p.calls, p.heap, p.anonymous, p.goroutines)
	}
	relayed, lost := metric(t, d, "dialtone_media_rtp_packets_relayed_total"), metric(t, d, "dialtone_media_rtp_packets_lost_total")
	t.Logf("%d calls, %d completed; RTP packets: %.0f relayed, %.0f lost; %s at the start, %s at the end", made.Load(), completed.Load(), relayed, lost, begin, d.footprint(t))
	awaitFootprint(t, d, begin)
	if n := metric(t, d, `dialtone_calls_ended_total{reason="normal",result="answered"}`); int64(n) != made.Load() {
		t.Errorf("%.0f calls answered and hung up, of %d", n, made.Load())
	}
	await(t, "records of all calls", func() error { return recorded(t, offices, int(made.Load())) })
	if judged && len(parts) > soakWarm {
		before, after := parts[soakWarm-1], parts[len(parts)-1]
		if after.heap > before.heap+soakHeap || after.anonymous > before.anonymous+soakAnonymous {
			t.Errorf("memory grows: %d and %d MB after %d parts of the time, %d and %d MB at the end",
				before.heap, before.anonymous, soakWarm, after.heap, after.anonymous)
		}
	}
}

// recorded says what is wrong with the number of call records.
func recorded(t testing.TB, offices []*office, want int) error {
	t.Helper()
	n := 0
	for _, o := range offices {
		n += len(o.d.all(t, o.path+"/calls"))
	}
	if n != want {
		return fmt.Errorf("%d records of %d calls", n, want)
	}
	return nil
}
