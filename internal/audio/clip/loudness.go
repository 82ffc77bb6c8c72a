package clip

import "math"

// biquad is a filter of second order; its state is that of one stream.
type biquad struct{ b0, b1, b2, a1, a2, z1, z2 float64 }

func (f *biquad) next(x float64) float64 {
	y := f.b0*x + f.z1
	f.z1 = f.b1*x - f.a1*y + f.z2
	f.z2 = f.b2*x - f.a2*y
	return y
}

// weighting are the two filters of ITU-R BS.1770-5 annex 1, which the recommendation
// gives for 48 kHz, as the analogue ones they come from at any rate.
func weighting(rate int) [2]biquad {
	return [2]biquad{shelf(rate), highpass(rate)}
}

// shelf raises what is above 1.7 kHz by 4 dB, as a head does.
func shelf(rate int) biquad {
	const hertz, gain, q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
	k := math.Tan(math.Pi * hertz / float64(rate))
	high := math.Pow(10, gain/20)
	band := math.Pow(high, 0.4996667741545416)
	a0 := 1 + k/q + k*k
	return biquad{
		b0: (high + band*k/q + k*k) / a0, b1: 2 * (k*k - high) / a0, b2: (high - band*k/q + k*k) / a0,
		a1: 2 * (k*k - 1) / a0, a2: (1 - k/q + k*k) / a0,
	}
}

// highpass takes away what is below 40 Hz.
func highpass(rate int) biquad {
	const hertz, q = 38.13547087602444, 0.5003270373238773
	k := math.Tan(math.Pi * hertz / float64(rate))
	a0 := 1 + k/q + k*k
	return biquad{b0: 1, b1: -2, b2: 1, a1: 2 * (k*k - 1) / a0, a2: (1 - k/q + k*k) / a0}
}

// Gates of BS.1770: blocks of 400 ms that overlap by three quarters count when they are
// louder than these.
const (
	absoluteGate = -70.0 // LUFS
	relativeGate = -10.0 // LU, to what the absolute one leaves
	quarters     = 4     // of a block
)

// Loudness is the integrated loudness of one channel in LUFS (ITU-R BS.1770-5),
// math.Inf(-1) of one without sound. A sound shorter than a block is one block.
func Loudness(samples []float32, rate int) float64 {
	powers := blocks(samples, rate)
	mean := func(above float64) float64 {
		sum, n := 0.0, 0
		for _, p := range powers {
			if lufs(p) > above {
				sum, n = sum+p, n+1
			}
		}
		return lufs(sum / float64(max(n, 1)))
	}
	return mean(max(mean(absoluteGate)+relativeGate, absoluteGate))
}

// lufs is the loudness of a weighted mean square.
func lufs(power float64) float64 { return -0.691 + 10*math.Log10(power) }

// blocks are the weighted mean squares of the blocks.
func blocks(samples []float32, rate int) []float64 {
	f := weighting(rate)
	step := rate / 10
	var steps []float64
	sum, n := 0.0, 0
	for _, s := range samples {
		y := f[1].next(f[0].next(float64(s)))
		sum += y * y
		if n++; n == step {
			steps = append(steps, sum/float64(n))
			sum, n = 0, 0
		}
	}
	if len(steps) < quarters {
		total := sum
		for _, p := range steps {
			total += p * float64(step)
		}
		return []float64{total / float64(max(len(samples), 1))}
	}
	powers := make([]float64, 0, len(steps))
	for i := quarters; i <= len(steps); i++ {
		sum := 0.0
		for _, p := range steps[i-quarters : i] {
			sum += p
		}
		powers = append(powers, sum/quarters)
	}
	return powers
}
