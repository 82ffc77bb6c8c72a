package audio

import "math"

// Silence is the level of no sound at all, in dBm0.
const Silence = -96

// fullScale is the level of the largest sine, in dBm0 (G.711 section 5, µ-law).
const fullScale = 3.17

// Level is how loud samples are, in dBm0.
func Level(samples []int16) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return decibels(sum / float64(max(len(samples), 1)))
}

// ToneLevel is how loud one frequency in samples is, in dBm0 (Goertzel's algorithm). It
// tells frequencies apart that differ by at least rate/len(samples), both in Hz.
func ToneLevel(samples []int16, rate int, hertz float64) float64 {
	k := 2 * math.Cos(2*math.Pi*hertz/float64(rate))
	var s1, s2 float64
	for _, s := range samples {
		s1, s2 = float64(s)+k*s1-s2, s1
	}
	n := float64(max(len(samples), 1))
	return decibels((s1*s1 + s2*s2 - k*s1*s2) * 2 / (n * n))
}

// decibels is the level of a mean square.
func decibels(meanSquare float64) float64 {
	const largest = 32767.0 * 32767 / 2
	if meanSquare <= 0 {
		return Silence
	}
	return max(10*math.Log10(meanSquare/largest)+fullScale, Silence)
}

// amplitude is the peak of a sine of that level.
func amplitude(dBm0 float64) float64 { return 32767 * math.Pow(10, (dBm0-fullScale)/20) }
