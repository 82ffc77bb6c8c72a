package dialog

import "github.com/prometheus/client_golang/prometheus"

// Why requests are refused before anybody sees them, as the metric has it.
const (
	refusedMalformed = "malformed"
	refusedVersion   = "version"
	refusedHeaders   = "headers"
	refusedControl   = "control"
	refusedScheme    = "scheme"
	refusedHops      = "hops"
	refusedRequire   = "require"
	refusedBody      = "body"
	refusedMerged    = "merged"
	refusedFull      = "full"
	refusedUnread    = "unread"
)

type metrics struct {
	legs    prometheus.Gauge
	ended   map[Why]prometheus.Counter
	refused map[string]prometheus.Counter
	late    prometheus.Counter
	panics  prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	ended := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_dialog_ended_total", Help: "INVITE dialogs ended by reason.",
	}, []string{"why"})
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_dialog_refused_total", Help: "Requests refused before anybody saw them, by reason.",
	}, []string{"reason"})
	m := &metrics{
		legs: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "dialtone_dialog_legs", Help: "INVITE dialogs that have not ended.",
		}),
		ended: map[Why]prometheus.Counter{}, refused: map[string]prometheus.Counter{},
		late: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_dialog_late_answers_total", Help: "Answers that came after a CANCEL or from a second phone, hung up.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_dialog_panics_total", Help: "Defects that ended a leg.",
		}),
	}
	for _, w := range [...]Why{
		WhyBye, WhyHangup, WhyRejected, WhyCancelled, WhyFailed, WhySessionExpired, WhyNoAck, WhyNoAnswer, WhyFlowLost, WhyInternal, WhyShutdown,
	} {
		m.ended[w] = ended.WithLabelValues(string(w))
	}
	for _, r := range [...]string{
		refusedMalformed, refusedVersion, refusedHeaders, refusedControl, refusedScheme, refusedHops, refusedRequire, refusedBody, refusedMerged, refusedFull,
		refusedUnread,
	} {
		m.refused[r] = refused.WithLabelValues(r)
	}
	if reg != nil {
		reg.MustRegister(m.legs, ended, refused, m.late, m.panics)
	}
	return m
}
