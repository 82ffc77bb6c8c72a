package park

import "github.com/prometheus/client_golang/prometheus"

// metrics count slots.
type metrics struct {
	taken   prometheus.Gauge
	refused prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		taken: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "dialtone_park_slots_taken", Help: "Park slots that are taken.",
		}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_park_refused_total", Help: "Calls not parked because the slot, or every one, was taken.",
		}),
	}
	if reg != nil {
		reg.MustRegister(m.taken, m.refused)
	}
	return m
}
