package admin

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the API's own.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  prometheus.Histogram
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dialtone_admin_requests_total",
			Help: "Requests to the API by operation and result.",
		}, []string{"operation", "result"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "dialtone_admin_request_seconds",
			Help:    "Time a request to the API takes.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
		}),
	}
	if r != nil {
		r.MustRegister(m.requests, m.seconds)
	}
	return m
}

// observe counts a request; p is nil for success.
func (m *metrics) observe(op *operation, p *problem, took time.Duration) {
	result := "ok"
	switch {
	case p == nil:
	case p.Status >= http.StatusInternalServerError:
		result = "server_error"
	case p.Status == http.StatusUnauthorized, p.Status == http.StatusForbidden, p.Status == http.StatusTooManyRequests:
		result = "denied"
	default:
		result = "refused"
	}
	m.requests.WithLabelValues(op.event, result).Inc()
	if !op.endless {
		m.seconds.Observe(took.Seconds())
	}
}
