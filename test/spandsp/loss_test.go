//go:build spandsp

package spandsp_test

import (
	"testing"

	"dialtone/fax/t30"
)

// Of faxes over a network that loses datagrams at random, with three copies of each, at
// least so many arrive whole.
func TestLoss(t *testing.T) {
	runs := 300
	if soak() {
		runs = 2000
	}
	for i, tc := range []struct {
		weather int
		least   int // percent
	}{
		{4, 99},
		{5, 95},
	} {
		t.Run(weathers[tc.weather].name, func(t *testing.T) {
			failed := 0
			for n := range runs {
				c := cell{
					direction: n % 2, corrected: n / 2 % 2, modem: len(modems) - 1, codings: int(t30.MR) + n/2%2,
					pageCount: 1, resolution: int(t30.Fine), conditions: tc.weather, version: n / 4 % 2,
				}
				if why := c.play(t, uint64(10_000*i+n), false); why != "" {
					t.Logf("run %d, %v: %s", n, c, why)
					failed++
				}
			}
			if 100*(runs-failed) < tc.least*runs {
				t.Errorf("%d of %d faxes failed", failed, runs)
			}
			t.Logf("%d of %d arrived", runs-failed, runs)
		})
	}
}
