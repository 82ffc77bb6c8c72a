package dialog

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	legs    prometheus.Gauge
	ended   *prometheus.CounterVec
	refused *prometheus.CounterVec
	late    prometheus.Counter
	panics  prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		legs: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "dialtone_dialog_legs", Help: "INVITE dialogs that have not ended.",
		}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dialtone_dialog_ended_total", Help: "INVITE dialogs ended by reason.",
		}, []string{"why"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dialtone_dialog_refused_total", Help: "Requests refused before anybody saw them, by reason.",
		}, []string{"reason"}),
		late: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_dialog_late_answers_total", Help: "Answers that came after a CANCEL or from a second phone, hung up.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_dialog_panics_total", Help: "Defects that ended a leg.",
		}),
	}
	if reg != nil {
		reg.MustRegister(m.legs, m.ended, m.refused, m.late, m.panics)
	}
	return m
}
