package clip

import "math"

// The resampler's filter: flat to 7/8 of the lower rate's band, down by 75 dB where it
// folds back into the flat part.
const (
	zeroCrossings = 26 // each side, at the lower rate
	kaiserBeta    = 7.6
	passband      = 0.94 // the cut-off, of half the lower rate
	maxPhases     = 2048 // where the rates' ratio has more, the nearest is taken
)

// resampler turns one stream of samples from one rate into another, by a windowed sinc
// in as many phases as the rates' ratio has.
type resampler struct {
	from, to     int // coprime
	half         int // taps to each side of the middle
	phases       int
	taps         []float32 // phases rows of 2*half
	window       []float32 // input not done with; begins half-1 samples before place
	place, phase int       // of the next output: a sample in window, and a part of from/to after it
	fed          int
}

func newResampler(from, to int) *resampler {
	g := gcd(from, to)
	r := &resampler{from: from / g, to: to / g}
	ratio := max(float64(from)/float64(to), 1) // of the filter to the input's rate
	r.half = int(math.Ceil(zeroCrossings * ratio))
	r.phases = min(r.to, max(int(maxPhases/ratio), 1))
	cut := passband / ratio
	r.taps = make([]float32, r.phases*2*r.half)
	for p := range r.phases {
		r.fill(r.taps[p*2*r.half:][:2*r.half], float64(p)/float64(r.phases), cut)
	}
	r.window = make([]float32, r.half-1, 4*r.half+4096)
	return r
}

// fill makes the taps for a point between two samples, at of the way; they sum to 1.
func (r *resampler) fill(taps []float32, at, cut float64) {
	sum := 0.0
	values := make([]float64, len(taps))
	for i := range taps {
		x := float64(i-(r.half-1)) - at // distance from the point, in samples
		u := x / float64(r.half)
		v := cut
		if x != 0 {
			v = math.Sin(math.Pi*cut*x) / (math.Pi * x)
		}
		values[i] = v * besselI0(kaiserBeta*math.Sqrt(max(1-u*u, 0)))
		sum += values[i]
	}
	for i, v := range values {
		taps[i] = float32(v / sum)
	}
}

// besselI0 is the modified Bessel function of order zero, by its power series.
func besselI0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= (x / 2 / k) * (x / 2 / k)
		sum += term
	}
	return sum
}

// length is how many samples come of n.
func (r *resampler) length(n int) int {
	return int((int64(n)*int64(r.to) + int64(r.from) - 1) / int64(r.from))
}

// append takes samples and appends what can be made of them.
func (r *resampler) append(dst, samples []float32) []float32 {
	r.fed += len(samples)
	return r.run(dst, samples)
}

func (r *resampler) run(dst, samples []float32) []float32 {
	r.window = append(r.window, samples...)
	for r.place+2*r.half <= len(r.window) {
		taps := r.taps[r.phase*r.phases/r.to*2*r.half:][:2*r.half]
		dst = append(dst, dot(taps, r.window[r.place:]))
		r.phase += r.from
		r.place += r.phase / r.to
		r.phase %= r.to
	}
	done := min(r.place, len(r.window))
	r.window = r.window[:copy(r.window, r.window[done:])]
	r.place -= done
	return dst
}

// dot is the product of the taps and as many samples.
func dot(taps, samples []float32) float32 {
	samples = samples[:len(taps)]
	var a, b, c, d float32
	for i := 0; i+4 <= len(taps); i += 4 {
		a += taps[i] * samples[i]
		b += taps[i+1] * samples[i+1]
		c += taps[i+2] * samples[i+2]
		d += taps[i+3] * samples[i+3]
	}
	for i := len(taps) &^ 3; i < len(taps); i++ {
		a += taps[i] * samples[i]
	}
	return a + b + c + d
}

// flush appends the end; dst has all that came before. The resampler is used up.
func (r *resampler) flush(dst []float32) []float32 {
	want := r.length(r.fed)
	for len(dst) < want {
		dst = r.run(dst, make([]float32, 2*r.half+r.from/r.to+1))
	}
	return dst[:want]
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
