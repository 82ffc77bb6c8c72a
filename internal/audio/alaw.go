package audio

import "math/bits"

// alawMask inverts the even bits on the line (G.711 section 3.4).
const alawMask = 0x55

// The A-law of G.711 (Tables 1a and 1b) on 16-bit samples, which are its 13-bit values
// times eight.
var alawLinear = func() (table [256]int16) {
	for i := range table {
		code := byte(i) ^ alawMask
		segment, v := code>>4&7, int(code&15)<<4+8
		if segment > 0 {
			v = (v + 256) << (segment - 1)
		}
		if code&0x80 == 0 {
			v = -v
		}
		table[i] = int16(v)
	}
	return table
}()

// DecodeALaw is the sample of an A-law byte.
func DecodeALaw(b byte) int16 { return alawLinear[b] }

// EncodeALaw is the A-law byte of a sample. There is no zero: -1 is the first of the
// negative side.
func EncodeALaw(sample int16) byte {
	v, sign := int(sample), byte(0x80)
	if v < 0 {
		v, sign = ^v, 0
	}
	segment := max(bits.Len(uint(v))-8, 0)
	step := v >> (max(segment, 1) + 3) & 15
	return (sign | byte(segment<<4) | byte(step)) ^ alawMask
}

// AppendALaw encodes samples.
func AppendALaw(dst []byte, samples []int16) []byte {
	for _, s := range samples {
		dst = append(dst, EncodeALaw(s))
	}
	return dst
}

// AppendFromALaw decodes A-law to samples.
func AppendFromALaw(dst []int16, frame []byte) []int16 {
	for _, b := range frame {
		dst = append(dst, alawLinear[b])
	}
	return dst
}
