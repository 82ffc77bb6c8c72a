package event

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
)

// discard answers everything at once.
type discard struct{ *phones }

func (discard) Send(list []Outgoing) {
	for i := range list {
		list[i].Done(200, nil)
	}
}

// crowd is a server with n subscriptions to one lamp.
func crowd(tb testing.TB, n int, options ...option) *world {
	w := newWorld(tb, nil, append(options, func(c *Config) { c.Sender, c.Kept = discard{&phones{}}, nil })...)
	for i := range n {
		a := w.subscribing(tb, "1001")
		a.origin.User.Credential.Username = fmt.Sprint("u", i)
		a.origin.Flow.Remote = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 5060)
		w.Handle(a)
	}
	for s := w.Server; ; {
		s.pace.tokens = notifyBurst
		if s.work(); s.queue.len() == 0 {
			return w
		}
	}
}

// BenchmarkLamp is one change of a lamp that 10,000 phones show, without the pace:
// the work of writing and of taking the answers.
func BenchmarkLamp(b *testing.B) {
	const count = 10_000
	w := crowd(b, count)
	w.pace = pace{rate: 1e9, burst: 1e9}
	d := ringing("a")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.State = Early + State(i%2)
		w.Publish(d, Line("alice@pbx.example.com"))
		w.work()
		w.work()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/NOTIFY")
}

func BenchmarkPublish(b *testing.B) {
	w := newWorld(b, nil)
	d := ringing("a")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.State = Early + State(i%2)
		w.Publish(d, Line("alice@pbx.example.com"))
	}
}

// A subscription costs little memory.
func TestMemory(t *testing.T) {
	const count = 5000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := crowd(t, count)
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / count
	t.Logf("%d bytes a subscription", each)
	if each > 2048 {
		t.Errorf("%d bytes a subscription, want at most 2048", each)
	}
	if w.Len() != count {
		t.Errorf("%d subscriptions", w.Len())
	}
}
