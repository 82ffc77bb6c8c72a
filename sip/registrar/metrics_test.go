package registrar

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

func TestMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	log := newMemoryLog()
	r, _ := serve(t, Config{Log: log, Metrics: reg, MaxBindings: 1})
	p := newPhone("alice@pbx.example")
	update(t, r, p.request(Absent, sipA), noon)
	p.callID, p.source = "other", "192.0.2.9:1"
	update(t, r, p.request(Absent, sipB), noon)
	log.failing(true)
	if _, err := r.Update(t.Context(), p.request(Absent, sipB), noon); err == nil {
		t.Fatal("answered without disk")
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		m := f.GetMetric()[0]
		got[f.GetName()] = m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	want := map[string]float64{
		"dialtone_registrar_bindings": 1, "dialtone_registrar_evictions_total": 1, "dialtone_registrar_busy_total": 0,
		"dialtone_registrar_events_lost_total": 0, "dialtone_registrar_commit_failures_total": 1,
		"dialtone_registrar_commit_seconds": 3, "dialtone_registrar_commit_ops": 3,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}
