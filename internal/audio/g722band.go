package audio

// predictor is the adaptive predictor of one band, two poles and six zeros (G.722 section
// 3.6, blocks 4L and 4H). Encoder and decoder run the same one, which is what keeps
// them together.
type predictor struct {
	signal int32    // predicted by poles and zeros
	zeros  int32    // predicted by the zeros alone
	r      [2]int32 // twice the reconstructed signal, saturated, newest first
	p      [2]int32 // partly reconstructed signal
	a      [2]int32 // pole coefficients
	d      [6]int32 // twice the quantised differences, saturated
	b      [6]int32 // zero coefficients
}

// update takes the quantised difference and predicts the next sample.
func (f *predictor) update(d int32) {
	r, p := saturate(f.signal+d), saturate(f.zeros+d)
	f.adaptPoles(p)
	f.r[1], f.r[0] = f.r[0], saturate(2*r)
	f.p[1], f.p[0] = f.p[0], p
	poles := saturate(f.a[0]*f.r[0]>>15 + f.a[1]*f.r[1]>>15)
	f.zeros = saturate(f.adaptZeros(d))
	f.signal = saturate(poles + f.zeros)
}

// adaptPoles is UPPOL2 and UPPOL1: sign of the present against the last two.
func (f *predictor) adaptPoles(p int32) {
	same1, same2 := p^f.p[0] >= 0, p^f.p[1] >= 0
	w := saturate(4 * f.a[0])
	if same1 {
		w = min(-w, 32767)
	}
	w >>= 7
	if same2 {
		w += 128
	} else {
		w -= 128
	}
	a2 := clamp(w+f.a[1]*32512>>15, 12288)

	step := int32(-192)
	if same1 {
		step = 192
	}
	f.a[0] = clamp(saturate(step+f.a[0]*32640>>15), saturate(15360-a2))
	f.a[1] = a2
}

// adaptZeros is UPZERO, DELAYA and FILTEZ in one pass, oldest first: it adapts a
// coefficient, moves its difference and adds up the prediction. The coefficients stay
// within 16 bits by themselves: 255/256 of the largest and 128 are the largest again.
func (f *predictor) adaptZeros(d int32) (sum int32) {
	step := int32(128)
	if d == 0 {
		step = 0
	}
	for i := len(f.d) - 1; i >= 0; i-- {
		differ := (d ^ f.d[i]) >> 31 // -1 when the signs differ
		f.b[i] = (step ^ differ) - differ + f.b[i]*32640>>15
		if i > 0 {
			f.d[i] = f.d[i-1]
		} else {
			f.d[0] = saturate(2 * d)
		}
		sum += f.b[i] * f.d[i] >> 15
	}
	return sum
}

// scale is the logarithmic quantiser scale factor of a band (G.722 section 3.5, blocks 3L
// and 3H).
type scale struct {
	log   int32 // ∇, 11 bits behind the point
	delta int32 // the step, linear
}

// adapt moves the scale by w and derives the step; shift is 8 for the lower band, 10 for
// the higher.
func (s *scale) adapt(w, limit, shift int32) {
	s.log = min(max(s.log*127>>7+w, 0), limit)
	s.delta = scaleMantissa[s.log>>6&31] << (s.log >> 11) >> shift << 2
}

// saturate is the 16-bit arithmetic of the recommendation.
func saturate(v int32) int32 { return min(max(v, -32768), 32767) }

func clamp(v, limit int32) int32 { return min(max(v, -limit), limit) }
