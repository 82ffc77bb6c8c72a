package tune

import (
	"math"
	"slices"
	"testing"

	"dialtone/internal/audio/clip"
)

// share is how much of the power is in the band of a telephone line.
func share(samples []float32) float64 {
	// A first-order high-pass at 250 Hz and low-pass at 3,400 Hz.
	var low, high, band, all float64
	for _, v := range samples {
		x := float64(v)
		low += (x - low) * (1 - math.Exp(-2*math.Pi*250/Rate))
		high += (x - low - high) * (1 - math.Exp(-2*math.Pi*3400/Rate))
		band, all = band+high*high, all+x*x
	}
	return band / all
}

func TestSamples(t *testing.T) {
	samples := Samples()
	if len(samples)%(Rate/50) != 0 || len(samples) < 30*Rate || len(samples) > 60*Rate {
		t.Errorf("%d samples", len(samples))
	}
	if !slices.Equal(samples, Samples()) {
		t.Error("it sounds otherwise the second time")
	}
	if s := share(samples); s < 0.5 {
		t.Errorf("%.2f of it gets through a telephone", s)
	}
	// No sample leaps more than the music does, at the seam neither.
	leap := float32(0)
	for i := 1; i < len(samples); i++ {
		leap = max(leap, samples[i]-samples[i-1], samples[i-1]-samples[i])
	}
	if seam := samples[0] - samples[len(samples)-1]; max(seam, -seam) > leap {
		t.Errorf("the seam leaps %.3f, the music %.3f", seam, leap)
	}
	// No second of it is silent or far louder than the rest.
	whole := clip.Loudness(samples, Rate)
	for i := 0; i+Rate <= len(samples); i += Rate {
		if level := clip.Loudness(samples[i:i+Rate], Rate) - whole; math.Abs(level) > 6 {
			t.Errorf("second %d is %.1f LU off", i/Rate, level)
		}
	}
}

func TestAsAClip(t *testing.T) {
	c := clip.New(Samples())
	if len(c.PCMU) != len(c.G722) || len(c.PCMU)%160 != 0 {
		t.Error(len(c.PCMU), len(c.G722))
	}
}

// BenchmarkClip makes the tune ready to be played.
func BenchmarkClip(b *testing.B) {
	for b.Loop() {
		clip.New(Samples())
	}
}
