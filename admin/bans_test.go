package admin

import (
	"net/http"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

func TestBans(t *testing.T) {
	w := newWorld(t)
	if list := w.get("/v1/bans").want(http.StatusOK); list.raw != "{\"data\":[],\"next\":null}\n" {
		t.Errorf("without bans: %s", list.raw)
	}
	since := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, source := range []string{"2001:db8:0:1::/64", "192.0.2.9/32", "192.0.2.10/32"} {
		w.fakes.bans = append(w.fakes.bans, Ban{
			Source: netip.MustParsePrefix(source), Since: since, Until: since.Add(5 * time.Minute), Failures: 12, Cause: "wrong_password", Level: 1,
		})
	}
	first := w.get("/v1/bans?limit=1").want(http.StatusOK)
	want := map[string]any{
		"source": "192.0.2.9", "since": "2026-03-01T12:00:00Z", "until": "2026-03-01T12:05:00Z",
		"failures": 12.0, "cause": "wrong_password", "level": 1.0,
	}
	if diff := cmp.Diff(want, first.data()[0]); diff != "" {
		t.Error(diff)
	}
	var rest []string
	for _, b := range w.get("/v1/bans?cursor=" + first.text("next")).want(http.StatusOK).data() {
		rest = append(rest, b["source"].(string))
	}
	if diff := cmp.Diff([]string{"192.0.2.10", "2001:db8:0:1::/64"}, rest); diff != "" {
		t.Error(diff)
	}
}

func TestLift(t *testing.T) {
	tests := []struct {
		name, source, lifted string
		status               int
	}{
		{"address", "192.0.2.9", "192.0.2.9", http.StatusNoContent},
		{"address as prefix", "192.0.2.9/32", "192.0.2.9", http.StatusNoContent},
		{"network", "2001:db8:0:1::/64", "2001:db8:0:1::", http.StatusNoContent},
		{"address in the network", "2001:db8:0:1::5", "2001:db8:0:1::5", http.StatusNoContent},
		{"not banned", "192.0.2.8", "", http.StatusNotFound},
		{"wider than the ban", "192.0.2.0/24", "", http.StatusNotFound},
		{"no address", "office", "", http.StatusNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.fakes.bans = []Ban{{Source: netip.MustParsePrefix("192.0.2.9/32")}, {Source: netip.MustParsePrefix("2001:db8:0:1::/64")}}
			w.delete("/v1/bans/" + url.PathEscape(tt.source)).want(tt.status)
			left := 2
			if tt.status == http.StatusNoContent {
				left = 1
			}
			if got := len(w.fakes.bans); got != left {
				t.Errorf("%d bans left, want %d", got, left)
			}
			if tt.status != http.StatusNoContent {
				return
			}
			if e := w.entries("", "ban.lift", 1)[0]; e.Detail != tt.lifted || e.Outcome != record.OutcomeSuccess {
				t.Errorf("audit entry %+v", e)
			}
		})
	}
}
