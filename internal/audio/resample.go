package audio

// block is how many samples at 8 kHz a resampler takes at once.
const block = 80

// Upsampler turns one stream from 8 to 16 kHz, two samples for every one. The zero value
// starts a stream; the sound comes 2 ms later.
type Upsampler struct {
	window [phaseTaps + block]int16 // the past, then the block
}

// Append resamples any number of samples.
func (u *Upsampler) Append(dst, samples []int16) []int16 {
	for len(samples) > 0 {
		n := copy(u.window[phaseTaps:], samples)
		samples = samples[n:]
		for i := 1; i <= n; i++ {
			w := u.window[i : i+phaseTaps]
			dst = append(dst, w[phaseDelay-1], round(int64(filterPhase(w)), 15))
		}
		copy(u.window[:phaseTaps], u.window[n:n+phaseTaps])
	}
	return dst
}

// Downsampler turns one stream from 16 to 8 kHz, one sample for every two. The zero value
// starts a stream; the sound comes 2 ms later.
type Downsampler struct {
	even, odd [phaseTaps + block]int16 // either phase: the past, then the block
}

// Append resamples samples; of an odd count the last is left out.
func (d *Downsampler) Append(dst, samples []int16) []int16 {
	for len(samples) >= 2 {
		n := min(len(samples)/2, block)
		for i := range n {
			d.even[phaseTaps+i], d.odd[phaseTaps+i] = samples[2*i], samples[2*i+1]
		}
		samples = samples[2*n:]
		for i := 1; i <= n; i++ {
			middle := int64(d.even[i+phaseDelay]) * unity
			dst = append(dst, round(middle+int64(filterPhase(d.odd[i:i+phaseTaps])), 16))
		}
		copy(d.even[:phaseTaps], d.even[n:n+phaseTaps])
		copy(d.odd[:phaseTaps], d.odd[n:n+phaseTaps])
	}
	return dst
}

// round is v / 2^shift, rounded and saturated.
func round(v int64, shift int) int16 {
	return int16(min(max((v+1<<(shift-1))>>shift, -32768), 32767))
}
