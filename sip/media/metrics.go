package media

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are added to once a second per stream, not per packet.
type metrics struct {
	relayed, lost, dropped, strangers, unauthenticated, panics, exhausted prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, e *Engine) *metrics {
	f := promauto.With(reg)
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "dialtone_media_streams", Help: "Streams open."},
		func() float64 { return float64(e.Len()) })
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "dialtone_media_port_pairs", Help: "Port pairs open or resting."},
		func() float64 { return float64(e.ports.inUseCount()) })
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: "dialtone_media_" + name, Help: help})
	}
	return &metrics{
		relayed:         counter("rtp_packets_relayed_total", "RTP packets received and passed to the other leg."),
		lost:            counter("rtp_packets_lost_total", "RTP packets that peers sent and did not arrive."),
		dropped:         counter("rtp_packets_dropped_total", "Packets nobody waited for: unknown types, no other leg, malformed."),
		strangers:       counter("rtp_strangers_total", "Packets from sources that are not the peer."),
		unauthenticated: counter("srtp_failures_total", "SRTP and SRTCP packets that do not authenticate or came twice."),
		panics:          counter("panics_total", "Streams ended because handling a packet failed."),
		exhausted:       counter("ports_exhausted_total", "Streams refused because no port pair was free."),
	}
}
