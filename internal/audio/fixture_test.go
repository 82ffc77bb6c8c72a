package audio

import "math"

// sineAt is a second of a sine.
func sineAt(rate int, hertz, dBm0 float64) []int16 {
	samples := make([]int16, rate)
	for i := range samples {
		samples[i] = int16(math.Round(amplitude(dBm0) * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate))))
	}
	return samples
}

// signalToNoise is how far a tone stands above everything else, in dB. It leaves out the
// first tenth, where filters fill up and quantisers settle.
func signalToNoise(samples []int16, rate int, hertz float64) float64 {
	samples = samples[len(samples)/10:]
	power := func(dBm0 float64) float64 { return math.Pow(10, dBm0/10) }
	tone := power(ToneLevel(samples, rate, hertz))
	return 10 * math.Log10(tone/max(power(Level(samples))-tone, 1e-12))
}

// noise is white noise of changing loudness, the same every time.
func noise(n int) []int16 {
	samples := make([]int16, n)
	state := uint32(1)
	for i := range samples {
		state = state*1664525 + 1013904223
		samples[i] = int16(state>>16) >> (i / 1000 % 16)
	}
	return samples
}
