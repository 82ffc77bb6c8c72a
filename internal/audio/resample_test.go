package audio

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestUpsample(t *testing.T) {
	for _, hertz := range []float64{50, 300, 1000, 2500, 3400} {
		t.Run(fmt.Sprintf("%.0f Hz", hertz), func(t *testing.T) {
			var u Upsampler
			out := u.Append(nil, sineAt(8000, hertz, -3))
			if len(out) != 16000 {
				t.Fatalf("%d samples", len(out))
			}
			if level := ToneLevel(out[1600:], 16000, hertz); math.Abs(level+3) > 0.1 {
				t.Errorf("comes out at %.2f dBm0", level)
			}
			if image := ToneLevel(out[1600:], 16000, 8000-hertz); image > -63 {
				t.Errorf("its image at %.1f dBm0", image)
			}
		})
	}
}

func TestDownsample(t *testing.T) {
	for _, hertz := range []float64{50, 300, 1000, 2500, 3400} {
		t.Run(fmt.Sprintf("%.0f Hz stays", hertz), func(t *testing.T) {
			var d Downsampler
			out := d.Append(nil, sineAt(16000, hertz, -3))
			if len(out) != 8000 {
				t.Fatalf("%d samples", len(out))
			}
			if level := ToneLevel(out[800:], 8000, hertz); math.Abs(level+3) > 0.1 {
				t.Errorf("comes out at %.2f dBm0", level)
			}
		})
	}
	for _, hertz := range []float64{4600, 5000, 6000, 7500} {
		t.Run(fmt.Sprintf("%.0f Hz goes", hertz), func(t *testing.T) {
			var d Downsampler
			if level := Level(d.Append(nil, sineAt(16000, hertz, -3))[800:]); level > -63 {
				t.Errorf("comes out at %.1f dBm0", level)
			}
		})
	}
}

func TestResamplersSaturate(t *testing.T) {
	square := make([]int16, 320)
	for i := range square {
		square[i] = 32767
		if i/5%2 == 0 {
			square[i] = -32768
		}
	}
	var u Upsampler
	var d Downsampler
	for name, out := range map[string][]int16{"up": u.Append(nil, square), "down": d.Append(nil, square)} {
		low, high := false, false
		for _, s := range out {
			low, high = low || s == -32768, high || s == 32767
		}
		if !low || !high {
			t.Errorf("%s: overshoot does not reach the limits", name)
		}
	}
}

func TestResampleInPieces(t *testing.T) {
	samples := noise(600)
	var u Upsampler
	var d Downsampler
	up, down := u.Append(nil, samples), d.Append(nil, samples)
	rapid.Check(t, func(t *rapid.T) {
		var u Upsampler
		var d Downsampler
		var gotUp, gotDown []int16
		for rest := samples; len(rest) > 0; {
			n := min(2*rapid.IntRange(1, 120).Draw(t, "pairs"), len(rest))
			gotUp, gotDown = u.Append(gotUp, rest[:n]), d.Append(gotDown, rest[:n])
			rest = rest[n:]
		}
		if diff := cmp.Diff(up, gotUp); diff != "" {
			t.Fatal("up", diff)
		}
		if diff := cmp.Diff(down, gotDown); diff != "" {
			t.Fatal("down", diff)
		}
	})
}
