package sip

import (
	"log/slog"
	"net/netip"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store"
)

func TestBans(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(store.Config{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	metrics := prometheus.NewRegistry()
	s := newServer(Config{Store: st, Log: log, Registerer: metrics, Allow: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}})
	gauge := func() float64 {
		t.Helper()
		list, err := metrics.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if f.GetName() == "dialtone_sip_bans" {
				return f.GetMetric()[0].GetGauge().GetValue()
			}
		}
		t.Fatal("no gauge of bans")
		return 0
	}
	guest := netip.MustParseAddr("192.0.2.1")
	for range 100 {
		s.bans.Failed(guest, "wrong_password", s.now())
		s.bans.Failed(netip.MustParseAddr("198.51.100.1"), "wrong_password", s.now())
	}
	if list := s.Bans(); len(list) != 1 || list[0].Source.Addr() != guest || gauge() != 1 {
		t.Fatalf("bans %v, gauge %v", list, gauge())
	}
	if !s.Lift(guest) || s.Lift(guest) || len(s.Bans()) != 0 || gauge() != 0 {
		t.Fatalf("not lifted once: %v, gauge %v", s.Bans(), gauge())
	}
}
