package t38_test

import (
	"runtime"
	"testing"
	"time"

	"dialtone/fax/t30"
)

// BenchmarkFaxMinute is the processor time of both ends of a fax for a minute of it,
// and how many such ends one core carries.
func BenchmarkFaxMinute(b *testing.B) {
	for _, tc := range []struct {
		name string
		caps func(*t30.Caps)
	}{{"corrected", nil}, {"uncorrected", noECM}} {
		b.Run(tc.name, func(b *testing.B) {
			var virtual time.Duration
			b.ReportAllocs()
			for b.Loop() {
				caller, callee, _ := faxes(document{pages: 3, size: 40_000}, caps(tc.caps))
				n := newNetwork(1, weather{loss: 0.01, delay: 30 * time.Millisecond}, caller, callee)
				if _, _, ok := n.run(); !ok {
					b.Fatal("the call does not end")
				}
				virtual += n.now.Sub(epoch)
			}
			minutes := 2 * virtual.Minutes()
			b.ReportMetric(float64(b.Elapsed().Microseconds())/minutes, "µs/fax-min")
			b.ReportMetric(minutes*60/b.Elapsed().Seconds(), "faxes/core")
		})
	}
}

// BenchmarkMemory is what one end holds in the middle of a page.
func BenchmarkMemory(b *testing.B) {
	const calls = 100
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		all := make([]*network, calls)
		for i := range all {
			caller, callee, _ := faxes(document{pages: 3, size: 40_000}, caps(nil))
			all[i] = newNetwork(uint64(i), weather{delay: 30 * time.Millisecond}, caller, callee)
			all[i].poll(0)
			all[i].poll(1)
			for all[i].now.Sub(epoch) < 30*time.Second {
				all[i].step()
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/calls/2/1024, "KB/fax")
		runtime.KeepAlive(all)
	}
}
