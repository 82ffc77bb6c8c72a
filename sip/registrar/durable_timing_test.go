package registrar_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"dialtone/sip/registrar"
	"dialtone/store"
)

var noon = time.Unix(1_800_000_000, 0)

// typical makes req a request of the size phones send, phone i's.
func typical(req *registrar.Request, i int) *registrar.Request {
	if len(req.Contacts) == 0 {
		req.Contacts = make([]registrar.Contact, 1)
	}
	c := &req.Contacts[0]
	req.AOR = fmt.Appendf(req.AOR[:0], "user%07d@pbx.example.com", i)
	req.Account, req.Credential = fmt.Sprintf("acct_01JD3ZV7Q8W9X0Y1Z2A3B4%04d", i%1000), fmt.Sprintf("cred_01JD3ZV7Q8W9X0Y1Z2%08d", i)
	req.CallID, req.CSeq, req.Expires = fmt.Appendf(req.CallID[:0], "0_%d@192.168.0.10", i), 1, registrar.Absent
	req.UserAgent = fmt.Appendf(req.UserAgent[:0], "Yealink SIP-T46U 108.86.0.%d", i%20)
	req.Source = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 5060)
	c.Expires, c.Q = registrar.Absent, registrar.FullQ
	c.URI = fmt.Appendf(c.URI[:0], "sip:user%07d@192.168.%d.%d:5060;transport=udp", i, i>>8&255, i&255)
	c.Instance = fmt.Appendf(c.Instance[:0], "<urn:uuid:%08x-0000-4000-8000-%012x>", uint32(i)*2654435761, i*7919)
	return req
}

// window lets a number of updates wait at once.
type window chan struct{}

func (w window) Registered(err error) {
	if err != nil {
		panic(err)
	}
	<-w
}

// phones is a registrar over a store on the disk with n phones.
type phones struct {
	*registrar.Registrar
	store    *store.Store
	requests []*registrar.Request
	stop     func()
}

func startPhones(b *testing.B, dir string, n int, gather time.Duration) *phones {
	b.Helper()
	s, err := store.Open(store.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	p := &phones{Registrar: registrar.New(registrar.Config{Log: s.Bindings(), Gather: gather}), store: s}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Serve(ctx) }()
	p.stop = func() {
		cancel()
		<-done
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	for i := range n {
		p.requests = append(p.requests, typical(new(registrar.Request), i))
	}
	return p
}

// update has count phones register, at most waiting at once.
func (p *phones) update(count, waiting int) {
	w, res := make(window, waiting), new(registrar.Result)
	for i := range count {
		req := p.requests[i%len(p.requests)]
		req.CSeq++
		w <- struct{}{}
		p.UpdateAsync(req, noon, res, w)
	}
	for range waiting {
		w <- struct{}{}
	}
}

// fill has n phones register, one after the other.
func (p *phones) fill(n int) {
	w, res, req := make(window, 4096), new(registrar.Result), new(registrar.Request)
	for i := range n {
		w <- struct{}{}
		p.UpdateAsync(typical(req, i), noon, res, w)
	}
	for range cap(w) {
		w <- struct{}{}
	}
}

// BenchmarkDurableUpdate reports the processor time of a refresh that is on disk.
func BenchmarkDurableUpdate(b *testing.B) {
	for _, waiting := range []int{1, 8, 64, 512} {
		b.Run(strconv.Itoa(waiting), func(b *testing.B) {
			p := startPhones(b, b.TempDir(), 20_000, 0)
			defer p.stop()
			p.update(len(p.requests), 512)
			b.ReportAllocs()
			b.ResetTimer()
			before := processorTime(b)
			p.update(b.N, waiting)
			b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/1000/float64(b.N), "cpu-µs/op")
		})
	}
}

// BenchmarkDurableUpdateAtRate is the same at 1,000 updates a second, the time of the
// clock that gives them out included.
func BenchmarkDurableUpdateAtRate(b *testing.B) {
	for _, gather := range []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond} {
		b.Run(gather.String(), func(b *testing.B) {
			p := startPhones(b, b.TempDir(), 20_000, gather)
			defer p.stop()
			p.update(len(p.requests), 512)
			w, res := make(window, 1024), new(registrar.Result)
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			b.ResetTimer()
			before := processorTime(b)
			for i := range b.N {
				<-tick.C
				req := p.requests[i%len(p.requests)]
				req.CSeq++
				w <- struct{}{}
				p.UpdateAsync(req, noon, res, w)
			}
			b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/1000/float64(b.N), "cpu-µs/op")
		})
	}
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRestart reports how long a registrar takes to have its bindings back from
// the disk and what they add to the process: when they had registered, right after the
// restart, and once that has settled. DIALTONE_BINDINGS is their number, GOGC that of
// the collector.
func BenchmarkRestart(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("DIALTONE_BINDINGS"))
	if err != nil {
		n = 100_000
	}
	dir := b.TempDir()
	empty := resident(b)
	p := startPhones(b, dir, 0, 0)
	p.fill(n)
	filled := resident(b)
	p.stop()
	p = nil
	for b.Loop() {
		debug.FreeOSMemory()
		before := resident(b)
		began := time.Now()
		s, err := store.Open(store.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "open-s")
		opened := resident(b)
		r := registrar.New(registrar.Config{Log: s.Bindings()})
		if err := s.Bindings().Load(r.Restore); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "restart-s")
		after := resident(b)
		for _, part := range []struct{ name, unit string }{{"VmRSS", "B/binding"}, {"RssAnon", "anon-B/binding"}, {"RssFile", "file-B/binding"}} {
			b.ReportMetric(float64(after[part.name]-before[part.name])/float64(n), part.unit)
		}
		b.ReportMetric(float64(filled["VmRSS"]-empty["VmRSS"])/float64(n), "filled-B/binding")
		b.ReportMetric(float64(opened["VmRSS"]-before["VmRSS"])/1e6, "opened-MB")
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/float64(n), "live-B/binding")
		debug.FreeOSMemory()
		b.ReportMetric(float64(resident(b)["VmRSS"]-before["VmRSS"])/float64(n), "settled-B/binding")
		runtime.KeepAlive(r)
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// resident is what the process has in memory, in bytes by kind (proc(5)).
func resident(b *testing.B) map[string]int64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	sizes := map[string]int64{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		if kb, isSize := strings.CutSuffix(strings.TrimSpace(value), " kB"); isSize {
			n, err := strconv.ParseInt(kb, 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			sizes[name] = n << 10
		}
	}
	return sizes
}
