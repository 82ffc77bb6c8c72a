package t30

// table is a field of information, its bits numbered from 1 as T.30 table 2 does.
type table []byte

func (b table) get(n int) bool {
	n--
	return n/8 < len(b) && b[n/8]&(0x80>>(n%8)) != 0
}

func (b table) set(n int, on bool) {
	if on {
		n--
		b[n/8] |= 0x80 >> (n % 8)
	}
}

// field is count bits from bit n on, the first the most significant.
func (b table) field(n, count int) (v byte) {
	for i := range count {
		v <<= 1
		if b.get(n + i) {
			v |= 1
		}
	}
	return v
}

func (b table) setField(n, count int, v byte) {
	for i := range count {
		b.set(n+i, v>>(count-1-i)&1 != 0)
	}
}

// trim leaves out octets at the end that say nothing and sets the extension bits that
// tell of those that are left. Three octets stay always.
func (b table) trim() table {
	for len(b) > 3 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	for n := 24; n < len(b)*8; n += 8 {
		b.set(n, true)
	}
	return b
}

// Numbers of bits in DIS and DCS (T.30 table 2).
const (
	bitPolling   = 9
	bitReceiver  = 10
	bitRate      = 11 // to 14
	bitFine      = 15
	bitMR        = 16
	bitWidth     = 17 // to 18
	bitLength    = 19 // to 20
	bitRow       = 21 // to 23
	bitECM       = 27
	bitFrame64   = 28 // in DCS
	bitMMR       = 31
	bitSuperfine = 41
	bit300       = 42
	bit400       = 43
	bitInch      = 44 // prefers inch; in DCS: the resolution is in inches
	bitMetric    = 45
	bitSUB       = 49
	bitSID       = 50
	rowZero      = 0b111
	noLimit      = 0b01
)
