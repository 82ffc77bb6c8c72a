package provision

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"dialtone/internal/netx"
)

type metrics struct {
	requests [results]prometheus.Counter
	rendered prometheus.Counter
	dropped  prometheus.Counter
	notified map[string]prometheus.Counter
}

// What became of a check-sync.
const (
	syncSent   = "sent"
	syncFailed = "failed"
	syncBusy   = "in_call"
)

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	m := &metrics{
		rendered: f.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_provision_renders_total", Help: "Configurations made because none was in the cache.",
		}),
		dropped: f.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_provision_notes_dropped_total", Help: "Provisioning events lost because too many were waiting.",
		}),
		notified: map[string]prometheus.Counter{},
	}
	requests := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_provision_requests_total", Help: "Requests of phones by what became of them.",
	}, []string{"result"})
	for r := range results {
		m.requests[r] = requests.WithLabelValues(r.String())
	}
	notified := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_provision_check_syncs_total", Help: "Phones told to fetch again because their file changed.",
	}, []string{"result"})
	for _, r := range []string{syncSent, syncFailed, syncBusy} {
		m.notified[r] = notified.WithLabelValues(r)
	}
	return m
}

// measure registers what is read off when asked.
func (s *Server) measure() {
	if s.Registerer == nil {
		return
	}
	f := promauto.With(s.Registerer)
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dialtone_provision_cache_bytes", Help: "Memory of configurations kept ready.",
	}, func() float64 { _, bytes := s.cache.size(); return float64(bytes) })
	var handshakes func() netx.TLSStats
	if s.secure != nil {
		handshakes = s.secure.Stats
	}
	netx.Measure(s.Registerer, "provision", nil, s.listener.Stats, handshakes)
}
