package event

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Why a SUBSCRIBE is refused, in the metric.
const (
	refusedEvent     = "event"
	refusedMalformed = "malformed"
	refusedInterval  = "interval"
	refusedResource  = "resource"
	refusedForbidden = "forbidden"
	refusedUnknown   = "unknown_dialog"
	refusedUser      = "user_limit"
	refusedAccount   = "account_limit"
	refusedTotal     = "total_limit"
)

// What becomes of a NOTIFY, in the metric.
const (
	notifyDelivered   = "delivered"
	notifyRefused     = "refused"
	notifyUnreachable = "unreachable"
)

type metrics struct {
	subscriptions  prometheus.Gauge
	waiting        prometheus.Gauge
	refused        *prometheus.CounterVec
	delivered      prometheus.Counter
	denied         prometheus.Counter
	unreachable    prometheus.Counter
	delay          prometheus.Histogram
	commitFailures prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	notifies := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_event_notifies_total", Help: "NOTIFYs that were answered, or will not be.",
	}, []string{"result"})
	return &metrics{
		subscriptions: f.NewGauge(prometheus.GaugeOpts{
			Name: "dialtone_event_subscriptions", Help: "Subscriptions that are active.",
		}),
		waiting: f.NewGauge(prometheus.GaugeOpts{
			Name: "dialtone_event_unreachable", Help: "Subscriptions whose phone is not to be reached until it shows up again.",
		}),
		refused: f.NewCounterVec(prometheus.CounterOpts{
			Name: "dialtone_event_refused_total", Help: "SUBSCRIBEs refused.",
		}, []string{"reason"}),
		delivered:   notifies.WithLabelValues(notifyDelivered),
		denied:      notifies.WithLabelValues(notifyRefused),
		unreachable: notifies.WithLabelValues(notifyUnreachable),
		delay: f.NewHistogram(prometheus.HistogramOpts{
			Name: "dialtone_event_delay_seconds", Help: "Time from a change to the NOTIFY that tells of it.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}),
		commitFailures: f.NewCounter(prometheus.CounterOpts{
			Name: "dialtone_event_commit_failures_total", Help: "Writes of subscriptions that failed.",
		}),
	}
}
