package sip

import (
	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/admission"
	"dialtone/sip/registrar"
)

type metrics struct {
	requests *prometheus.CounterVec
	results  map[string]prometheus.Counter
	failures *prometheus.CounterVec
	causes   map[registrar.Cause]prometheus.Counter
	notifies *prometheus.CounterVec
	bans     prometheus.Counter
	unsent   prometheus.Counter
	overrun  prometheus.Counter
	shed     prometheus.Counter
	// distributed counts users and domains that became targets of many sources.
	distributed map[admission.Kind]prometheus.Counter
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
		bans: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_sip_bans_total", Help: "Sources banned.",
		}),
		unsent: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_sip_unsent_datagrams_total", Help: "Datagrams the kernel did not take.",
		}),
		overrun: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_sip_overrun_total", Help: "Messages dropped because too many waited.",
		}),
		shed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_sip_shed_total", Help: "Requests answered with 503 because there was too much to do.",
		}),
		distributed: map[admission.Kind]prometheus.Counter{},
		results:     map[string]prometheus.Counter{}, causes: map[registrar.Cause]prometheus.Counter{},
	}
	for _, r := range []string{resultOK, resultChallenged, resultStale, resultRefused, resultForbidden, resultMalformed, resultUnavailable, resultLimited, resultDropped, resultOverload} {
		m.results[r] = m.requests.WithLabelValues(r)
	}
	for _, c := range registrar.Causes() {
		m.causes[c] = m.failures.WithLabelValues(string(c))
	}
	guesses := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_sip_distributed_guesses_total", Help: "Users and domains that many sources began to guess at.",
	}, []string{"target"})
	for _, k := range [...]admission.Kind{admission.User, admission.Domain} {
		m.distributed[k] = guesses.WithLabelValues(k.String())
	}
	if reg != nil {
		reg.MustRegister(m.requests, m.failures, m.notifies, m.bans, m.unsent, m.overrun, m.shed, guesses)
	}
	return m
}

// count counts a REGISTER's result; other requests have none.
func (m *metrics) count(result string) {
	if c := m.results[result]; c != nil {
		c.Inc()
	}
}

// failed counts a refused registration.
func (m *metrics) failed(cause registrar.Cause) {
	if c := m.causes[cause]; c != nil {
		c.Inc()
	}
}
