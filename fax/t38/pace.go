package t38

import (
	"math/bits"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38/ifp"
)

// signal is how T.38 names a carrier, and how long a modem trains before its data.
type signal struct {
	carrier     t30.Carrier
	long, short ifp.Indicator
	data        ifp.DataType
	// train is the time of a long training, and of a short one; for V.21 that of the
	// preamble. Data comes as it ends, not later: a gateway that has none yet sends fill,
	// which some machines take for a row.
	train, shortTrain time.Duration
}

const ms = time.Millisecond

var signals = [...]signal{
	t30.V21:        {t30.V21, ifp.V21Preamble, ifp.V21Preamble, ifp.V21Data, 1000 * ms, 1000 * ms},
	t30.V27At2400:  {t30.V27At2400, ifp.V27At2400, ifp.V27At2400, ifp.V27Data2400, 943 * ms, 943 * ms},
	t30.V27At4800:  {t30.V27At4800, ifp.V27At4800, ifp.V27At4800, ifp.V27Data4800, 708 * ms, 708 * ms},
	t30.V29At7200:  {t30.V29At7200, ifp.V29At7200, ifp.V29At7200, ifp.V29Data7200, 234 * ms, 234 * ms},
	t30.V29At9600:  {t30.V29At9600, ifp.V29At9600, ifp.V29At9600, ifp.V29Data9600, 234 * ms, 234 * ms},
	t30.V17At7200:  {t30.V17At7200, ifp.LongV17At7200, ifp.ShortV17At7200, ifp.V17Data7200, 1393 * ms, 142 * ms},
	t30.V17At9600:  {t30.V17At9600, ifp.LongV17At9600, ifp.ShortV17At9600, ifp.V17Data9600, 1393 * ms, 142 * ms},
	t30.V17At12000: {t30.V17At12000, ifp.LongV17At12000, ifp.ShortV17At12000, ifp.V17Data12000, 1393 * ms, 142 * ms},
	t30.V17At14400: {t30.V17At14400, ifp.LongV17At14400, ifp.ShortV17At14400, ifp.V17Data14400, 1393 * ms, 142 * ms},
}

// carrierOfIndicator is the carrier an indicator announces.
func carrierOfIndicator(i ifp.Indicator) (t30.Carrier, bool) {
	for c := range signals {
		if signals[c].long == i || signals[c].short == i {
			return t30.Carrier(c), true
		}
	}
	return 0, false
}

func carrierOfData(d ifp.DataType) (t30.Carrier, bool) {
	for c := range signals {
		if signals[c].data == d {
			return t30.Carrier(c), true
		}
	}
	return 0, false
}

// Bits a modem sends around a frame: check sequence with a flag, and the flags at the
// end of a burst.
const (
	frameTail = 16 + 8 + 8
	burstTail = 16 + 2*8
)

// stuffer counts the zero bits HDLC puts after five ones.
type stuffer struct{ ones int }

// add is the number of bits the octets take on the line.
func (s *stuffer) add(data []byte) (n int) {
	n = 8 * len(data)
	for _, b := range data {
		if s.ones == 0 && b&(b<<1)&(b<<2)&(b<<3)&(b<<4) == 0 { // no five ones in a row
			s.ones = bits.TrailingZeros8(^b)
			continue
		}
		for i := 7; i >= 0; i-- {
			if b>>i&1 == 0 {
				s.ones = 0
				continue
			}
			if s.ones++; s.ones == 5 {
				s.ones = 0
				n++
			}
		}
	}
	return n
}

// air is how long bits take.
func air(bits int, c t30.Carrier) time.Duration {
	return time.Duration(bits) * time.Second / time.Duration(c.Rate())
}
