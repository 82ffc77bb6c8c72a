package registrar

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
)

// discard is a Log that keeps nothing.
type discard struct{}

func (discard) Commit([]Op) error { return nil }

type ignore struct{}

func (ignore) Registered(error) {}

// typical is a request of the size phones send.
func typical(i int) *Request {
	return &Request{
		AOR: fmt.Appendf(nil, "user%07d@pbx.example.com", i), Account: fmt.Sprintf("acc_01JD3ZV7Q8W9X0Y1Z2A3B4%04d", i%1000),
		Credential: fmt.Sprintf("cred_01JD3ZV7Q8W9X0Y1Z2%08d", i),
		CallID:     fmt.Appendf(nil, "0_%d@192.168.0.10", i), CSeq: 1, Expires: Absent,
		UserAgent: fmt.Appendf(nil, "Yealink SIP-T46U 108.86.0.%d", i%20),
		Source:    netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 5060),
		Contacts: []Contact{{
			URI: fmt.Appendf(nil, "sip:user%07d@192.168.%d.%d:5060;transport=udp", i, i>>8&255, i&255), Expires: Absent, Q: FullQ,
			Instance: fmt.Appendf(nil, "<urn:uuid:00000000-0000-1000-8000-%012x>", i),
		}},
	}
}

func TestRefreshAllocatesNothing(t *testing.T) {
	r := New(Config{Log: discard{}})
	req, res, w := typical(1), new(Result), ignore{}
	refresh := func() {
		req.CSeq++
		r.UpdateAsync(req, noon, res, w)
		if len(r.commits.filling.spans) == 64 {
			r.commits.commit(r.commits.take(false))
		}
	}
	for range 200 { // both groups reach their size
		refresh()
	}
	if n := testing.AllocsPerRun(1000, refresh); n != 0 {
		t.Fatalf("%v allocations a refresh", n)
	}
	if n := testing.AllocsPerRun(1000, func() { res.Bindings = r.Lookup(res.Bindings[:0], req.AOR, noon) }); n != 0 {
		t.Fatalf("%v allocations a lookup", n)
	}
}

func BenchmarkRefresh(b *testing.B) {
	r := New(Config{Log: discard{}})
	req, res := typical(1), new(Result)
	b.ReportAllocs()
	for b.Loop() {
		req.CSeq++
		r.UpdateAsync(req, noon, res, ignore{})
		if len(r.commits.filling.spans) == 64 {
			r.commits.commit(r.commits.take(false))
		}
	}
}

// BenchmarkMemoryPerBinding reports the live heap of a binding; what is resident
// is that times (1 + GOGC/100).
func BenchmarkMemoryPerBinding(b *testing.B) {
	const n = 200_000
	for b.Loop() {
		r := New(Config{Log: discard{}})
		before := heap()
		for i := range n {
			r.UpdateAsync(typical(i), noon, new(Result), ignore{})
			if i%1000 == 0 {
				r.commits.commit(r.commits.take(false))
			}
		}
		r.commits.commit(r.commits.take(false))
		b.ReportMetric(float64(heap()-before)/n, "B/binding")
		runtime.KeepAlive(r)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
