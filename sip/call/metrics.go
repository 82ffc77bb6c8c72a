package call

import (
	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store/record"
)

// metrics count calls. The children of ended are made at construction: results and
// reasons are closed lists.
type metrics struct {
	active, legs             prometheus.Gauge
	started, panics, limited prometheus.Counter
	transfers                prometheus.Counter
	ended                    map[[2]string]prometheus.Counter

	recordings                                                            prometheus.Gauge
	recordingsDone, recordingsFailed, recordingsRefused, recordingsMissed prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "dialtone_calls_" + name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "dialtone_calls_" + name, Help: help})
	}
	ended := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_calls_ended_total", Help: "Calls ended, by result and reason.",
	}, []string{"result", "reason"})
	m := &metrics{
		active:    gauge("active", "Calls at the moment."),
		legs:      gauge("legs", "Dialogs of calls at the moment."),
		started:   counter("started_total", "Calls begun."),
		panics:    counter("panics_total", "Calls ended by a fault of ours."),
		limited:   counter("limited_total", "Calls refused because there were too many."),
		transfers: counter("transfers_total", "Transfers asked for."),
		ended:     map[[2]string]prometheus.Counter{},
	}
	for _, result := range record.CallResults() {
		for _, reason := range record.CallReasons() {
			m.ended[[2]string{result, reason}] = ended.WithLabelValues(result, reason)
		}
	}
	m.recordings = prometheus.NewGauge(prometheus.GaugeOpts{Name: "dialtone_recordings_active", Help: "Recordings at the moment."})
	results := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_recordings_total", Help: "Recordings by result: done, failed before the call ended, refused because there were too many.",
	}, []string{"result"})
	m.recordingsDone, m.recordingsFailed, m.recordingsRefused = results.WithLabelValues("done"), results.WithLabelValues("failed"), results.WithLabelValues("refused")
	m.recordingsMissed = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "dialtone_recordings_packets_missed_total", Help: "Packets missing in recordings because the disk was too slow.",
	})
	if reg != nil {
		reg.MustRegister(m.recordings, results, m.recordingsMissed)
		reg.MustRegister(m.active, m.legs, m.started, m.panics, m.limited, m.transfers, ended)
	}
	return m
}
