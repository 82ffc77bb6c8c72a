package audio

import "math"

// The half-band filter between 8 and 16 kHz: flat to 3.4 kHz, down by 70 dB from
// 4.6 kHz. Every second tap of it is zero but the middle one, so that one phase is a
// delay and the other a filter of phaseTaps taps.
const (
	phaseTaps  = 32
	phaseDelay = phaseTaps / 2 // samples at 8 kHz: 2 ms
	kaiserBeta = 7
	unity      = 1 << 15
)

// halfband is the filter phase's first half, the other is its mirror; both together sum
// to unity.
var halfband = func() (taps [phaseTaps / 2]int32) {
	var ideal [phaseTaps / 2]float64
	sum := 0.0
	for i := range ideal {
		x := float64(phaseTaps-1-2*i) / 2 // distance from the middle in samples at 8 kHz
		u := 2 * x / phaseTaps
		window := besselI0(kaiserBeta*math.Sqrt(1-u*u)) / besselI0(kaiserBeta)
		ideal[i] = math.Sin(math.Pi*x) / (math.Pi * x) * window
		sum += ideal[i]
	}
	rest := int32(unity / 2)
	for i := range taps {
		taps[i] = int32(math.Round(ideal[i] / sum * unity / 2))
		rest -= taps[i]
	}
	taps[len(taps)-1] += rest // what rounding lost goes to the largest
	return taps
}()

// besselI0 is the modified Bessel function of order zero, by its power series.
func besselI0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= (x / 2 / k) * (x / 2 / k)
		sum += term
	}
	return sum
}

// filterPhase is the filter phase at w, phaseTaps samples oldest first, times unity.
func filterPhase(w []int16) (sum int32) {
	w = w[:phaseTaps]
	for i, c := range halfband {
		sum += c * (int32(w[i]) + int32(w[phaseTaps-1-i]))
	}
	return sum
}
