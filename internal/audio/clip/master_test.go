package clip

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dialtone/internal/audio"
)

// The filters at 48 kHz are those of BS.1770-5 tables 1 and 2.
func TestWeighting(t *testing.T) {
	got := weighting(48000)
	want := [2]biquad{
		{b0: 1.53512485958697, b1: -2.69169618940638, b2: 1.19839281085285, a1: -1.69065929318241, a2: 0.73248077421585},
		{b0: 1, b1: -2, b2: 1, a1: -1.99004745483398, a2: 0.99007225036621},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(biquad{}), cmpopts.EquateApprox(0, 1e-6)); diff != "" {
		t.Error(diff)
	}
}

// BS.1770-5: a sine of 997 Hz and full scale in one channel is -3.01 LKFS.
func TestLoudness(t *testing.T) {
	quiet := append(sine(Rate, 997, 0.1, 5), make([]float32, 5*Rate)...)
	for _, tt := range []struct {
		name    string
		samples []float32
		rate    int
		want    float64
	}{
		{"full scale", sine(48000, 997, 1, 2), 48000, -3.01},
		{"full scale at our rate", sine(Rate, 997, 1, 2), Rate, -3.01},
		{"a tenth", sine(Rate, 997, 0.1, 2), Rate, -23.01},
		{"with a pause, which does not count", quiet, Rate, -23.01},
		{"shorter than a block", sine(Rate, 997, 0.1, 0.2), Rate, -23.01},
		{"silence", make([]float32, Rate), Rate, math.Inf(-1)},
		{"nothing", nil, Rate, math.Inf(-1)},
	} {
		if got := Loudness(tt.samples, tt.rate); math.Abs(got-tt.want) > 0.15 && got != tt.want {
			t.Errorf("%s: %.2f LUFS, want %.2f", tt.name, got, tt.want)
		}
	}
}

func TestMasterLimits(t *testing.T) {
	// Clicks in near silence: what makes the rest loud enough drives them over.
	samples := sine(Rate, 500, 0.005, 3)
	for i := 100; i < len(samples); i += 4000 {
		samples[i], samples[i+1], samples[i+2] = 0.9, 0.9, -0.9
	}
	pcm, before := Master(samples)
	if before > -25 {
		t.Fatalf("%.1f LUFS before", before)
	}
	most := math.Pow(10, Ceiling/20)
	wave := make([]float32, len(pcm))
	for i, v := range pcm {
		wave[i] = float32(v) / (1 << 15)
	}
	peaks := newPeaks()
	highest := float32(0)
	for i := range wave {
		highest = max(highest, peaks.at(wave, i))
	}
	if float64(highest) > most*1.02 || float64(highest) < most*0.5 {
		t.Errorf("highest peak %.3f, ceiling %.3f", highest, most)
	}
}

func TestResample(t *testing.T) {
	for _, from := range []int{4000, 8000, 11025, 22050, 24000, 32000, 44100, 44101, 48000, 96000, 384000} {
		for _, hertz := range []float64{200, 1000, float64(min(from, Rate)) / 2 * 0.85} {
			t.Run(fmt.Sprintf("%d Hz at %d", int(hertz), from), func(t *testing.T) {
				r := newResampler(from, Rate)
				out := r.flush(r.append(nil, sine(from, hertz, 0.5, 0.25)))
				if len(out) != r.length(from/4) {
					t.Errorf("%d samples", len(out))
				}
				out = middle(out)
				if s := 1 - share(out, hertz); s > 1e-5 {
					t.Errorf("%.1f dB is something else", 10*math.Log10(s))
				}
				if level := rms(out); math.Abs(level/(0.5/math.Sqrt2)-1) > 0.02 {
					t.Errorf("level %.3f", level)
				}
			})
		}
	}
	for _, hertz := range []float64{9000, 12000, 20000} {
		r := newResampler(48000, Rate)
		out := middle(r.flush(r.append(nil, sine(48000, hertz, 0.5, 0.25))))
		if level := 20 * math.Log10(rms(out)); level > -70 {
			t.Errorf("%.0f Hz folds back at %.1f dB", hertz, level)
		}
	}
}

func rms(samples []float32) float64 {
	sum := 0.0
	for _, v := range samples {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(samples)))
}

func TestResampleInPieces(t *testing.T) {
	sound := sine(44100, 440, 0.5, 0.2)
	whole := newResampler(44100, Rate)
	want := whole.flush(whole.append(nil, sound))
	pieces := newResampler(44100, Rate)
	var got []float32
	for n := 1; len(sound) > 0; n = n*7%1009 + 1 {
		k := min(n, len(sound))
		got = pieces.append(got, sound[:k])
		sound = sound[k:]
	}
	if !slices.Equal(want, pieces.flush(got)) {
		t.Error("it is another sound")
	}
}

// A loop's beginning follows its end as any other sample follows the one before.
func TestEncodeLoop(t *testing.T) {
	const seconds, hertz = 1, 300
	pcm, _ := Master(sine(Rate, hertz, 0.3, seconds))
	for _, c := range []audio.Codec{audio.PCMU, audio.PCMA, audio.G722} {
		once := EncodeLoop(pcm, c)
		if len(once) != seconds*8000 {
			t.Fatalf("%v: %d bytes", c, len(once))
		}
		heard, rate := Decode(append(append([]byte{}, once...), once...), c)
		seam := make([]float32, rate/5)
		for i := range seam {
			seam[i] = float32(heard[len(heard)/2-len(seam)/2+i])
		}
		w := 2 * math.Cos(2*math.Pi*hertz/float64(rate))
		var s1, s2, power float64
		for _, v := range seam {
			power += float64(v) * float64(v)
			s1, s2 = float64(v)+w*s1-s2, s1
		}
		if s := (s1*s1 + s2*s2 - w*s1*s2) * 2 / (power * float64(len(seam))); s < 0.995 {
			t.Errorf("%v: %.4f of the seam is the tone", c, s)
		}
	}
}
