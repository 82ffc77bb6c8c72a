package dialog

import (
	"runtime"
	"testing"
)

// BenchmarkCall is a whole call through two endpoints: INVITE, 180, 200, ACK, BYE, 200,
// over loopback UDP, both sides counted.
func BenchmarkCall(b *testing.B) {
	caller, callee := newSide(b), newSide(b)
	b.ReportAllocs()
	for b.Loop() {
		out := caller.invite(b, callee.carrier.local)
		in := receive(b, callee.legs)
		must(b, in.Progress(180, "", nil, false))
		next[Progressed](b, out)
		must(b, in.Accept([]byte("v=0 answer")))
		next[Answered](b, out)
		next[Confirmed](b, in)
		out.Hangup(Cause{})
		next[Ended](b, out)
		next[Ended](b, in)
	}
}

// BenchmarkIdleCall prints what an established call keeps, both its legs counted, once
// the library has let go of its transactions.
func BenchmarkIdleCall(b *testing.B) {
	caller, callee := newSide(b), newSide(b)
	before, goroutines := heap(), runtime.NumGoroutine()
	var legs []*tapped
	for b.Loop() {
		out, in := established(b, caller, callee)
		out.SetSink(func(Event) {})
		in.SetSink(func(Event) {})
		out.events, in.events = nil, nil
		legs = append(legs, out, in)
	}
	settled(b, goroutines)
	b.ReportMetric(float64(heap()-before)/float64(b.N), "B/call")
	b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/float64(b.N), "goroutines/call")
	runtime.KeepAlive(legs)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
