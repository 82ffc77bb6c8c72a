package queue

import (
	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/call"
)

// metrics count callers and agents over all queues.
type metrics struct {
	waiting       prometheus.Gauge
	rung, refused prometheus.Counter
	waits         prometheus.Histogram
	ended         map[end]prometheus.Counter
	missed        map[call.QueueMiss]prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	name := func(what, help string) prometheus.Opts {
		return prometheus.Opts{Name: "dialtone_queue_" + what, Help: help}
	}
	left := prometheus.NewCounterVec(prometheus.CounterOpts(name("left_total", "Callers who left a queue without an agent, by how.")), []string{"how"})
	missed := prometheus.NewCounterVec(prometheus.CounterOpts(name("missed_total", "Calls agents did not take, by why.")), []string{"why"})
	m := &metrics{
		waiting: prometheus.NewGauge(prometheus.GaugeOpts(name("waiting", "Callers in queues, callbacks included."))),
		rung:    prometheus.NewCounter(prometheus.CounterOpts(name("rung_total", "Times an agent was rung."))),
		refused: prometheus.NewCounter(prometheus.CounterOpts(name("refused_total", "Callers a queue did not let in."))),
		waits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dialtone_queue_wait_seconds", Help: "How long callers waited for the agent who took them.",
			Buckets: []float64{5, 10, 20, 30, 60, 120, 300, 600, 1800},
		}),
		ended: map[end]prometheus.Counter{}, missed: map[call.QueueMiss]prometheus.Counter{},
	}
	for e := range ends {
		m.ended[e] = left.WithLabelValues(e.String())
	}
	for _, why := range []call.QueueMiss{call.MissNoAnswer, call.MissBusy, call.MissDeclined, call.MissUnreachable} {
		m.missed[why] = missed.WithLabelValues(string(why))
	}
	if reg != nil {
		reg.MustRegister(m.waiting, m.rung, m.refused, m.waits, left, missed)
	}
	return m
}
