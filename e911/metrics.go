package e911

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"dialtone/store/record"
)

// metrics are those of the package.
type metrics struct {
	emergencies, tests        prometheus.Counter
	overflow, recovered, torn prometheus.Counter
	stages                    map[string]prometheus.Counter
	latency                   prometheus.Observer
}

func newMetrics(reg prometheus.Registerer, s *Service) *metrics {
	f := promauto.With(reg)
	calls := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_emergency_calls_total", Help: "Emergency calls and tests of the emergency path that began.",
	}, []string{"class"})
	stages := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_emergency_stages_total", Help: "Stages of emergency calls that were written with their mails.",
	}, []string{"stage"})
	m := &metrics{
		emergencies: calls.WithLabelValues("emergency"), tests: calls.WithLabelValues("test"),
		overflow: f.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_emergency_slots_full_total", Help: "Emergency calls that found no free slot and went straight to their transaction.",
		}),
		recovered: f.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_emergency_recovered_total", Help: "Emergency calls that were told after a restart.",
		}),
		torn: f.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_emergency_slots_torn_total", Help: "Slots that could not be read after a restart.",
		}),
		latency: f.NewHistogram(prometheus.HistogramOpts{
			Name: "dialtone_emergency_journal_seconds", Help: "Time from a stage of an emergency call to its commit.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
		}),
		stages: map[string]prometheus.Counter{},
	}
	for _, stage := range []string{record.StageStarted, record.StageAnswered, record.StageFailed, record.StageEnded, record.StageCallback} {
		m.stages[stage] = stages.WithLabelValues(stage)
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dialtone_emergency_slots_used", Help: "Emergency calls whose record is not written yet.",
	}, func() float64 { return float64(s.slots.inUse()) })
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dialtone_emergency_overdue", Help: "1 while somebody has not been told of an emergency call for 10 s.",
	}, func() float64 {
		if s.overdue(s.unsent()) {
			return 1
		}
		return 0
	})
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dialtone_emergency_calls_active", Help: "Emergency calls that go on.",
	}, func() float64 {
		s.mu.Lock()
		defer s.mu.Unlock()
		return float64(len(s.calls))
	})
	return m
}

func (m *metrics) began(test bool) {
	if test {
		m.tests.Inc()
		return
	}
	m.emergencies.Inc()
}

func (m *metrics) written(stage string, took time.Duration) {
	m.stages[stage].Inc()
	m.latency.Observe(took.Seconds())
}
