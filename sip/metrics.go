package sip

import (
	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/registrar"
)

type metrics struct {
	requests *prometheus.CounterVec
	failures *prometheus.CounterVec
	notifies *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dialtone_sip_register_requests_total", Help: "REGISTER requests by result.",
		}, []string{"result"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dialtone_sip_registration_failures_total", Help: "Registrations refused by cause.",
		}, []string{"cause"}),
		notifies: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dialtone_sip_check_sync_total", Help: "check-sync requests by result.",
		}, []string{"result"}),
	}
	for _, r := range []string{resultOK, resultChallenged, resultStale, resultRefused, resultForbidden, resultMalformed, resultUnavailable} {
		m.requests.WithLabelValues(r)
	}
	for _, c := range registrar.Causes() {
		m.failures.WithLabelValues(string(c))
	}
	if reg != nil {
		reg.MustRegister(m.requests, m.failures, m.notifies)
	}
	return m
}
