package registrar

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	bindings       prometheus.Gauge
	evictions      prometheus.Counter
	busy           prometheus.Counter
	eventsLost     prometheus.Counter
	commitFailures prometheus.Counter
	commitSeconds  prometheus.Histogram
	commitOps      prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: "dialtone_registrar_" + name, Help: help})
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return f.NewHistogram(prometheus.HistogramOpts{Name: "dialtone_registrar_" + name, Help: help, Buckets: buckets})
	}
	return &metrics{
		bindings: f.NewGauge(prometheus.GaugeOpts{
			Name: "dialtone_registrar_bindings", Help: "Bindings held, expired ones until they are swept.",
		}),
		evictions:      counter("evictions_total", "Bindings that made room for a newer one of the same AOR."),
		busy:           counter("busy_total", "Updates refused because too many wait for the disk."),
		eventsLost:     counter("events_lost_total", "Events a subscriber had no room for."),
		commitFailures: counter("commit_failures_total", "Group commits that failed."),
		commitSeconds:  histogram("commit_seconds", "Time of one group commit.", prometheus.ExponentialBuckets(0.0001, 2, 16)),
		commitOps:      histogram("commit_ops", "AORs written by one group commit.", prometheus.ExponentialBuckets(1, 4, 8)),
	}
}
