package audio

import "math/bits"

// The µ-law of G.711 (Tables 2a and 2b) on 16-bit samples, which are its 14-bit values
// times four: eight segments of sixteen steps, inverted on the line.
const (
	ulawBias = 33 << 2
	ulawClip = 32767 - ulawBias
)

var ulawLinear = func() (table [256]int16) {
	for i := range table {
		code := ^byte(i)
		segment, step := code>>4&7, int(code&15)
		v := (step<<3+ulawBias)<<segment - ulawBias
		if code&0x80 != 0 {
			v = -v
		}
		table[i] = int16(v)
	}
	return table
}()

// DecodeULaw is the sample of a µ-law byte.
func DecodeULaw(b byte) int16 { return ulawLinear[b] }

// EncodeULaw is the µ-law byte of a sample.
func EncodeULaw(sample int16) byte {
	v, sign := int(sample), byte(0)
	if v < 0 {
		v, sign = -v, 0x80
	}
	v = min(v, ulawClip) + ulawBias
	segment := bits.Len(uint(v)) - 8
	return ^(sign | byte(segment<<4) | byte(v>>(segment+3)&15))
}

// AppendULaw encodes samples.
func AppendULaw(dst []byte, samples []int16) []byte {
	for _, s := range samples {
		dst = append(dst, EncodeULaw(s))
	}
	return dst
}

// AppendFromULaw decodes µ-law to samples.
func AppendFromULaw(dst []int16, frame []byte) []int16 {
	for _, b := range frame {
		dst = append(dst, ulawLinear[b])
	}
	return dst
}
