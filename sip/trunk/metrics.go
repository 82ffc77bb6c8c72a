package trunk

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	registered, refused, alive, silent, channels, rate prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, count func(State) int) *metrics {
	f := promauto.With(reg)
	registrations := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_trunk_registrations_total", Help: "Registrations with carriers by result.",
	}, []string{"result"})
	options := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_trunk_options_total", Help: "Addresses of carriers asked whether they are alive, by result.",
	}, []string{"result"})
	limited := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_trunk_limited_total", Help: "Calls a trunk had no room for, by limit.",
	}, []string{"limit"})
	for _, state := range States() {
		f.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "dialtone_trunk_accounts", Help: "Provider accounts by state.",
			ConstLabels: prometheus.Labels{"state": string(state)},
		}, func() float64 { return float64(count(state)) })
	}
	return &metrics{
		registered: registrations.WithLabelValues("ok"), refused: registrations.WithLabelValues("failed"),
		alive: options.WithLabelValues("ok"), silent: options.WithLabelValues("failed"),
		channels: limited.WithLabelValues("channels"), rate: limited.WithLabelValues("rate"),
	}
}
