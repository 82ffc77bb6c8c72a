package audio

// bands is the state both directions of G.722 share: predictor and scale of either band.
type bands struct {
	low, high           predictor
	lowScale, highScale scale
}

// newBands is the state before the first sample (G.722 section 3, reset).
func newBands() bands {
	return bands{lowScale: scale{delta: 32}, highScale: scale{delta: 8}}
}

// adaptLow follows a 6-bit code of the lower band.
func (b *bands) adaptLow(code int32) {
	code >>= 2
	d := b.lowScale.delta * low4[code] >> 15
	b.lowScale.adapt(lowWeights[code], lowScaleLimit, lowShift)
	b.low.update(d)
}

// adaptHigh follows a 2-bit code of the higher band with output d.
func (b *bands) adaptHigh(code, d int32) {
	b.highScale.adapt(highWeights[code], highScaleLimit, highShift)
	b.high.update(d)
}

// G722Encoder encodes one stream; it must not be copied into another stream midway.
type G722Encoder struct {
	bands   bands
	history [24]int32 // newest last
}

// NewG722Encoder starts a stream.
func NewG722Encoder() *G722Encoder { return &G722Encoder{bands: newBands()} }

// Append encodes samples at 16 kHz, a byte for every two; of an odd count the last is left
// out.
func (e *G722Encoder) Append(dst []byte, samples []int16) []byte {
	for ; len(samples) >= 2; samples = samples[2:] {
		low, high := e.split(int32(samples[0]), int32(samples[1]))
		dst = append(dst, byte(e.encodeHigh(high)<<6|e.encodeLow(low)))
	}
	return dst
}

// split is the transmit quadrature mirror filter.
func (e *G722Encoder) split(first, second int32) (low, high int32) {
	h := &e.history
	copy(h[:22], h[2:])
	h[22], h[23] = first, second
	var even, odd int32
	for i := 0; i < len(h); i += 2 {
		odd += h[i] * quadrature[i]
		even += h[i+1] * quadrature[i+1]
	}
	return clampBand((even + odd) >> 14), clampBand((even - odd) >> 14)
}

// clampBand limits a band to its 15 bits.
func clampBand(v int32) int32 { return min(max(v, -16384), 16383) }

func (e *G722Encoder) encodeLow(x int32) int32 {
	diff := saturate(x - e.bands.low.signal)
	code := lowCode(diff, e.bands.lowScale.delta)
	e.bands.adaptLow(code)
	return code
}

// lowCode finds the level by halves: levels rise, and so do their products.
func lowCode(diff, delta int32) int32 {
	magnitude := diff
	if diff < 0 {
		magnitude = ^diff
	}
	lo, hi := int32(1), int32(len(lowLevels)) // the first level above the magnitude is in lo…hi
	for lo < hi {
		mid := (lo + hi) / 2
		if magnitude < lowLevels[mid]*delta>>12 {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	switch {
	case diff >= 0:
		return 62 - lo
	case lo <= 2:
		return 64 - lo
	}
	return 34 - lo
}

func (e *G722Encoder) encodeHigh(x int32) int32 {
	diff, delta := saturate(x-e.bands.high.signal), e.bands.highScale.delta
	magnitude, code := diff, int32(3)
	if diff < 0 {
		magnitude, code = ^diff, 1
	}
	if magnitude >= highLevel*delta>>12 {
		code--
	}
	e.bands.adaptHigh(code, delta*high2[code]>>15)
	return code
}

// G722Decoder decodes one stream.
type G722Decoder struct {
	bands   bands
	history [24]int32 // newest last: difference, sum
}

// NewG722Decoder starts a stream.
func NewG722Decoder() *G722Decoder { return &G722Decoder{bands: newBands()} }

// Append decodes to samples at 16 kHz, two for every byte. Every byte is a code.
func (d *G722Decoder) Append(dst []int16, frame []byte) []int16 {
	for _, b := range frame {
		low, high := d.decodeLow(int32(b&63)), d.decodeHigh(int32(b>>6))
		first, second := d.join(low, high)
		dst = append(dst, first, second)
	}
	return dst
}

func (d *G722Decoder) decodeLow(code int32) int32 {
	x := clampBand(d.bands.low.signal + d.bands.lowScale.delta*low6[code]>>15)
	d.bands.adaptLow(code)
	return x
}

func (d *G722Decoder) decodeHigh(code int32) int32 {
	diff := d.bands.highScale.delta * high2[code] >> 15
	x := clampBand(d.bands.high.signal + diff)
	d.bands.adaptHigh(code, diff)
	return x
}

// join is the receive quadrature mirror filter.
func (d *G722Decoder) join(low, high int32) (first, second int16) {
	h := &d.history
	copy(h[:22], h[2:])
	h[22], h[23] = low+high, low-high
	var even, odd int32
	for i := 0; i < len(h); i += 2 {
		even += h[i] * quadrature[i]
		odd += h[i+1] * quadrature[i+1]
	}
	return int16(saturate(odd >> 11)), int16(saturate(even >> 11))
}
