package clip

import "math"

// What every clip is brought to.
const (
	// Target is the loudness of what is played, in LUFS: that of somebody talking on the
	// telephone.
	Target = -24.0
	// Ceiling is the highest peak between samples too, in dB to full scale.
	Ceiling = -1.0
	// maxGain is how much a faint recording is raised at most, in dB.
	maxGain = 40.0
)

// Master brings samples at Rate, which it changes, to Target with no peak above Ceiling.
// It also tells how loud they were, in LUFS. What has no sound is left as it is.
func Master(samples []float32) (pcm []int16, loudness float64) {
	loudness = Loudness(samples, Rate)
	if !math.IsInf(loudness, -1) {
		gain := float32(math.Pow(10, min(Target-loudness, maxGain)/20))
		for i := range samples {
			samples[i] *= gain
		}
		limit(samples)
	}
	pcm = make([]int16, len(samples))
	for i, s := range samples {
		pcm[i] = int16(min(max(math.Round(float64(s)*(1<<15)), -(1<<15)), 1<<15-1))
	}
	return pcm, loudness
}

// The limiter looks at a millisecond at a time and turns down before a peak and up after
// it over a few.
const (
	limitStep = Rate / 1000
	limitMin  = 5 // steps to each side of a peak that are turned down
	limitMean = 4 // steps to each side over which gains are averaged: less, so that peaks stay down
)

// limit keeps true peaks below Ceiling.
func limit(samples []float32) {
	gains := peakGains(samples)
	if gains == nil {
		return
	}
	gains = around(gains, limitMin, func(w []float32) float32 {
		least := w[0]
		for _, g := range w {
			least = min(least, g)
		}
		return least
	})
	gains = around(gains, limitMean, func(w []float32) float32 {
		sum := float32(0)
		for _, g := range w {
			sum += g
		}
		return sum / float32(len(w))
	})
	for k := range gains {
		next := gains[min(k+1, len(gains)-1)]
		for i := range min(limitStep, len(samples)-k*limitStep) {
			at := float32(i) / limitStep
			samples[k*limitStep+i] *= gains[k]*(1-at) + next*at
		}
	}
}

// around is f of each gain's surroundings.
func around(gains []float32, radius int, f func([]float32) float32) []float32 {
	out := make([]float32, len(gains))
	for k := range gains {
		out[k] = f(gains[max(k-radius, 0):min(k+radius+1, len(gains))])
	}
	return out
}

// peakGains are what each step must be multiplied by to stay below Ceiling; nil if
// nothing has to be done.
func peakGains(samples []float32) []float32 {
	most := float32(math.Pow(10, Ceiling/20))
	gains := make([]float32, (len(samples)+limitStep-1)/limitStep)
	over := false
	peaks := newPeaks()
	for k := range gains {
		gains[k] = 1
		for i := k * limitStep; i < min((k+1)*limitStep, len(samples)); i++ {
			if p := peaks.at(samples, i); p > most {
				gains[k] = min(gains[k], most/p)
				over = true
			}
		}
	}
	if !over {
		return nil
	}
	return gains
}

// peaks finds how high a wave is between samples: at four times the rate (BS.1770-5
// annex 2).
type peaks struct{ between *resampler }

func newPeaks() *peaks { return &peaks{newResampler(1, 4)} }

// at is the highest of a sample and the three points after it. Between two low samples
// nothing is looked for: no wave of a sound rises to more than twice both.
func (p *peaks) at(samples []float32, i int) float32 {
	highest := abs(samples[i])
	next := highest
	if i+1 < len(samples) {
		next = abs(samples[i+1])
	}
	const low = 0.45
	if max(highest, next) < low {
		return highest
	}
	h := p.between.half
	if i-h+1 < 0 || i+h >= len(samples) {
		return highest
	}
	for phase := 1; phase < 4; phase++ {
		highest = max(highest, abs(dot(p.between.taps[phase*2*h:][:2*h], samples[i-h+1:])))
	}
	return highest
}

func abs(v float32) float32 { return max(v, -v) }
