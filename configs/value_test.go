package configs

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "30s": 30 * time.Second, "1h30m": 90 * time.Minute, "365d": 365 * day, "1d12h": 36 * time.Hour,
		"0d": 0, "106751d": 106751 * day,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "5", "-1s", "-1d", "1d-1h", "1.5d", "1d1d", "1h1d", "106752d", "106751d24h", "99999999999d", "1 d", "d1h"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%q: accepted as %v", text, got)
		}
	}
}

func TestPortRangeString(t *testing.T) {
	for _, text := range []string{"0", "1-2", "20000-29999", "65534-65535"} {
		r, err := parsePorts(text)
		if err != nil || r.String() != text {
			t.Errorf("%q: %v, %v", text, r, err)
		}
	}
}
