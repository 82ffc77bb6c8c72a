package media

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// A call shorter than the interval of the counts counts.
func TestShortCallIsCounted(t *testing.T) {
	registry := prometheus.NewRegistry()
	e := newEngine(t, func(c *Config) { c.Registerer = registry })
	c := newCall(t, e, "0", "0")
	for range 5 {
		c.a.send(0, make([]byte, 160))
		c.b.receive()
	}
	c.legA.Close()
	c.legB.Close()
	e.Close() // the loops have ended
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "dialtone_media_rtp_packets_relayed_total" {
			continue
		}
		if n := f.GetMetric()[0].GetCounter().GetValue(); n != 5 {
			t.Errorf("%v packets counted, want 5", n)
		}
		return
	}
	t.Error("not among the metrics")
}
