package store

import "github.com/prometheus/client_golang/prometheus"

// metrics of one store.
type metrics struct {
	latency prometheus.Histogram
	group   prometheus.Histogram
	failed  prometheus.Counter
	refused prometheus.Counter
	dropped *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "dialtone_store_commit_latency_seconds",
			Help:    "Time of one group commit, sync included.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16),
		}),
		group: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "dialtone_store_commit_group_size",
			Help:    "Writes committed together.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_store_commit_failures_total", Help: "Group commits that failed.",
		}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_store_writes_refused_total", Help: "Writes refused because too many were waiting.",
		}),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dialtone_store_queue_dropped_total", Help: "Items dropped because a queue was full.",
		}, []string{"queue"}),
	}
	if reg != nil {
		reg.MustRegister(m.latency, m.group, m.failed, m.refused, m.dropped)
	}
	return m
}
