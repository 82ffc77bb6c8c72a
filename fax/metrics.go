package fax

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"dialtone/store/record"
)

// metrics are those of faxes that were received and sent.
type metrics struct {
	pages  prometheus.Counter
	faxes  *prometheus.CounterVec
	active prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	return &metrics{
		pages: f.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_fax_pages_received_total", Help: "Pages of faxes that were stored and confirmed.",
		}),
		faxes: f.NewCounterVec(prometheus.CounterOpts{
			Name: "dialtone_fax_ended_total", Help: "Faxes that are over, by direction and status.",
		}, []string{"direction", "status"}),
		active: f.NewGauge(prometheus.GaugeOpts{
			Name: "dialtone_fax_sessions", Help: "Faxes on the line now.",
		}),
	}
}

// ended counts a fax that is over.
func (m *metrics) ended(f *record.Fax) { m.faxes.WithLabelValues(f.Direction, f.State).Inc() }

// limitMetrics are those of the limits, by direction.
type limitMetrics struct {
	admitted, refused map[Direction]prometheus.Counter
}

func newLimitMetrics(reg prometheus.Registerer, l *Limiter) *limitMetrics {
	f := promauto.With(reg)
	calls := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_fax_admissions_total", Help: "Faxes that asked to be admitted, by direction and result.",
	}, []string{"direction", "result"})
	m := &limitMetrics{map[Direction]prometheus.Counter{}, map[Direction]prometheus.Counter{}}
	for _, d := range []Direction{Inbound, Outbound} {
		m.admitted[d] = calls.WithLabelValues(string(d), "admitted")
		m.refused[d] = calls.WithLabelValues(string(d), "refused")
		f.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "dialtone_fax_window_used", Help: "Faxes of the last hour that count against limits, of all accounts.",
			ConstLabels: prometheus.Labels{"direction": string(d)},
		}, func() float64 { return l.count(d) })
	}
	return m
}
