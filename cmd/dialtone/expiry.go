package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// expiryMetric shows until when the certificates of each source and kind are valid,
// that of the one which ends first.
type expiryMetric struct {
	certs *certificates
	desc  *prometheus.Desc
}

// measure registers the metrics of certificates.
func (c *certificates) measure(r prometheus.Registerer) {
	r.MustRegister(&expiryMetric{c, prometheus.NewDesc("dialtone_tls_certificate_expiry_timestamp_seconds",
		"When the first certificate of the source and kind ends, in seconds since 1970.", []string{"source", "kind"}, nil)})
	if c.acme == nil {
		return
	}
	f := promauto.With(r)
	for result, count := range map[string]func() int64{
		"issued": func() int64 { return c.acme.Stats().Issued },
		"failed": func() int64 { return c.acme.Stats().Failed },
	} {
		f.NewCounterFunc(prometheus.CounterOpts{
			Name: "dialtone_tls_acme_requests_total", Help: "Certificates asked of the ACME authority by result.",
			ConstLabels: prometheus.Labels{"result": result},
		}, func() float64 { return float64(count()) })
	}
}

// Describe implements prometheus.Collector.
func (m *expiryMetric) Describe(ch chan<- *prometheus.Desc) { ch <- m.desc }

// Collect implements prometheus.Collector.
func (m *expiryMetric) Collect(ch chan<- prometheus.Metric) {
	for _, s := range m.certs.served() {
		first := map[string]time.Time{}
		for _, e := range s.expiries() {
			if at, known := first[e.Kind]; !known || e.NotAfter.Before(at) {
				first[e.Kind] = e.NotAfter
			}
		}
		for kind, at := range first {
			ch <- prometheus.MustNewConstMetric(m.desc, prometheus.GaugeValue, float64(at.Unix()), s.source, kind)
		}
	}
}
