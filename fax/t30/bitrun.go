package t30

import "math/bits"

// zeroRun finds the longest run of zero bits in what it is given piece by piece.
type zeroRun struct{ now, most int }

func (z *zeroRun) add(data []byte) {
	for _, b := range data {
		if b == 0 {
			z.now += 8
			continue
		}
		z.most = max(z.most, z.now+bits.LeadingZeros8(b))
		z.now = bits.TrailingZeros8(b)
	}
	z.most = max(z.most, z.now)
}

// eolZeros is the number of zeros at least that make, with a one, an end-of-line.
const eolZeros = 11

// rows counts the ends of lines in T.4 data.
func rows(data []byte) (n int) {
	zeros := 0
	for _, b := range data {
		if b == 0 {
			zeros += 8
			continue
		}
		if zeros+bits.LeadingZeros8(b) >= eolZeros {
			n++
		}
		zeros = bits.TrailingZeros8(b) // within one octet no end-of-line fits
	}
	return n
}

// rtc is the return-to-control: six ends of lines, with MR each with its tag bit.
func rtc(c Coding) []byte {
	if c == MR {
		return []byte{0x00, 0x18, 0x00, 0xc0, 0x06, 0x00, 0x30, 0x01, 0x80, 0x0c, 0x00}
	}
	return []byte{0x00, 0x10, 0x01, 0x00, 0x10, 0x01, 0x00, 0x10, 0x01, 0x00}
}

// withRTC is a page with its end. A fill of zeros before an end-of-line is allowed, so
// the end may begin on an octet of its own.
func withRTC(data []byte, c Coding) []byte {
	if c == MMR || rows(data[max(0, len(data)-14):]) >= 5 {
		return data
	}
	return append(data[:len(data):len(data)], rtc(c)...)
}
