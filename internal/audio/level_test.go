package audio

import (
	"math"
	"testing"
)

func TestLevel(t *testing.T) {
	for name, c := range map[string]struct {
		samples []int16
		want    float64
	}{
		"nothing":          {nil, Silence},
		"silence":          {make([]int16, 160), Silence},
		"the largest sine": {sineAt(8000, 1000, fullScale), fullScale},
		"a soft sine":      {sineAt(8000, 440, -40), -40},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Level(c.samples); math.Abs(got-c.want) > 0.05 {
				t.Errorf("%.2f dBm0, want %.2f", got, c.want)
			}
		})
	}
}

func TestToneLevelTellsFrequenciesApart(t *testing.T) {
	samples := sineAt(8000, 697, -10)
	for hertz, want := range map[float64]float64{697: -10, 770: Silence, 1209: Silence} {
		if got := ToneLevel(samples, 8000, hertz); want == Silence && got > -60 || want != Silence && math.Abs(got-want) > 0.05 {
			t.Errorf("%.0f Hz at %.2f dBm0", hertz, got)
		}
	}
	if got := ToneLevel(nil, 8000, 697); got != Silence {
		t.Errorf("nothing at %.2f dBm0", got)
	}
}
