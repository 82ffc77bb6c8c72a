package load

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestFloodComesFromEverywhere(t *testing.T) {
	for _, kind := range []FloodKind{Garbage, Strangers, Guesses} {
		t.Run(string(kind), func(t *testing.T) {
			s := startStub(t, func(r *request) string {
				if r.user == "" {
					return "-"
				}
				return "403 Forbidden"
			})
			r, err := Flood(t.Context(), FloodPlan{
				Target: s.target(), Kind: kind, Domain: stubDomain, Rate: 5000, Duration: 200 * time.Millisecond, Addresses: 300,
			})
			if err != nil {
				t.Fatal(err)
			}
			if r.Sent != 1000 || r.Unsent != 0 {
				t.Errorf("%+v", r)
			}
			if kind != Garbage && (r.Answers == 0 || r.Statuses["403"] != r.Answers) {
				t.Errorf("answers were not counted: %+v", r)
			}
			s.locked(func() {
				if len(s.sources) < 200 {
					t.Errorf("%d sources", len(s.sources))
				}
				guesses := 0
				for _, r := range s.requests {
					if strings.HasPrefix(r.header["Authorization"], "Digest username=") {
						guesses++
					}
				}
				if (guesses > 0) != (kind == Guesses) {
					t.Errorf("%d requests with credentials", guesses)
				}
			})
		})
	}
}

func TestFloodRefusals(t *testing.T) {
	for _, plan := range []FloodPlan{
		{Target: netip.MustParseAddrPort("192.0.2.1:5060"), Duration: 1},
		{Target: netip.MustParseAddrPort("127.0.0.1:5060"), Duration: MaxDuration + 1},
		{Target: netip.MustParseAddrPort("127.0.0.1:5060"), Duration: 1, Kind: "other"},
		{Target: netip.MustParseAddrPort("[::1]:5060"), Duration: 1, Addresses: 2},
	} {
		if _, err := Flood(t.Context(), plan); err == nil {
			t.Errorf("%+v was not refused", plan)
		}
	}
}
