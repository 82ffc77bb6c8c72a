package outbox

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"dialtone/store"
)

// laneMetrics are those of one lane.
type laneMetrics struct {
	delivered, failed, retried prometheus.Counter
	latency                    prometheus.Observer
}

// metrics are those of the package.
type metrics struct {
	lanes    map[store.OutboxLane]*laneMetrics
	mail     map[verdict]prometheus.Counter
	webhooks map[result]prometheus.Counter
	dropped  map[string]prometheus.Counter // by reason
}

// Reasons for which events are dropped before they are on disk.
const (
	droppedFull   = "full"
	droppedTooBig = "too_big"
	droppedStore  = "store"
)

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	settled := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_outbox_attempts_total", Help: "Attempts to send by lane and what came of them.",
	}, []string{"lane", "result"})
	latency := f.NewHistogramVec(prometheus.HistogramOpts{
		Name: "dialtone_outbox_delivery_seconds", Help: "Time from the commit of a row to its delivery.",
		Buckets: prometheus.ExponentialBuckets(0.01, 4, 10),
	}, []string{"lane"})
	mail := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_mail_attempts_total", Help: "Mails offered to a relay by what came of it.",
	}, []string{"result"})
	webhooks := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_webhook_attempts_total", Help: "Events posted by what came of it.",
	}, []string{"result"})
	dropped := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_webhook_events_dropped_total", Help: "Events dropped before they were on disk, by reason.",
	}, []string{"reason"})
	m := &metrics{
		lanes: map[store.OutboxLane]*laneMetrics{}, mail: map[verdict]prometheus.Counter{},
		webhooks: map[result]prometheus.Counter{}, dropped: map[string]prometheus.Counter{},
	}
	for _, lane := range store.OutboxLanes() {
		name := string(lane)
		m.lanes[lane] = &laneMetrics{
			delivered: settled.WithLabelValues(name, string(delivered)), failed: settled.WithLabelValues(name, string(failed)),
			retried: settled.WithLabelValues(name, string(retry)), latency: latency.WithLabelValues(name),
		}
	}
	for _, v := range verdicts() {
		m.mail[v] = mail.WithLabelValues(string(v))
	}
	for _, r := range []result{delivered, retry, failed} {
		m.webhooks[r] = webhooks.WithLabelValues(string(r))
	}
	for _, reason := range []string{droppedFull, droppedTooBig, droppedStore} {
		m.dropped[reason] = dropped.WithLabelValues(reason)
	}
	return m
}
