package netx

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Measure shows the counters of a part's listeners as dialtone_<part>_connections
// and the like, with the labels given; handshakes is nil for listeners without TLS.
// Without a registerer nothing is shown.
func Measure(r prometheus.Registerer, part string, labels prometheus.Labels, connections func() Stats, handshakes func() TLSStats) {
	if r == nil {
		return
	}
	f := promauto.With(prometheus.WrapRegistererWith(labels, r))
	prefix := "dialtone_" + part + "_"
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: prefix + "connections", Help: "Open connections."},
		func() float64 { return float64(connections().Open) })
	counter(f, prefix+"connections_refused_total", "Connections closed because of a cap.", "cap", map[string]func() int64{
		"total":  func() int64 { return connections().RefusedTotal },
		"source": func() int64 { return connections().RefusedSource },
	})
	f.NewCounterFunc(prometheus.CounterOpts{Name: prefix + "accepts_failed_total", Help: "Accepts that failed and were tried again."},
		func() float64 { return float64(connections().Failed) })
	if handshakes == nil {
		return
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: prefix + "tls_handshakes_pending", Help: "TLS handshakes under way."},
		func() float64 { return float64(handshakes().Pending) })
	counter(f, prefix+"tls_handshakes_total", "TLS handshakes by what became of them.", "result", map[string]func() int64{
		"full":       func() int64 { s := handshakes(); return s.Done - s.Resumed },
		"resumed":    func() int64 { return handshakes().Resumed },
		"failed":     func() int64 { return handshakes().Failed },
		"timed_out":  func() int64 { return handshakes().TimedOut },
		"evicted":    func() int64 { return handshakes().Evicted },
		"overloaded": func() int64 { return handshakes().Overloaded },
	})
}

// counter shows one counter by the values of a label.
func counter(f promauto.Factory, name, help, label string, by map[string]func() int64) {
	for value, read := range by {
		f.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: prometheus.Labels{label: value}},
			func() float64 { return float64(read()) })
	}
}

// Plus adds up the counters of two listeners.
func (s Stats) Plus(o Stats) Stats {
	return Stats{
		Open: s.Open + o.Open, RefusedTotal: s.RefusedTotal + o.RefusedTotal,
		RefusedSource: s.RefusedSource + o.RefusedSource, Failed: s.Failed + o.Failed,
	}
}

// Plus adds up the counters of two listeners.
func (s TLSStats) Plus(o TLSStats) TLSStats {
	return TLSStats{
		Pending: s.Pending + o.Pending, Done: s.Done + o.Done, Resumed: s.Resumed + o.Resumed, Failed: s.Failed + o.Failed,
		TimedOut: s.TimedOut + o.TimedOut, Evicted: s.Evicted + o.Evicted, Overloaded: s.Overloaded + o.Overloaded,
	}
}
