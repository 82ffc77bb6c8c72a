package t30

// Carrier is a modulation at a rate.
type Carrier uint8

// The carriers, slow to fast within a modulation.
const (
	V21 Carrier = iota // 300 bit/s, for frames of procedure
	V27At2400
	V27At4800
	V29At7200
	V29At9600
	V17At7200
	V17At9600
	V17At12000
	V17At14400
)

var carriers = [...]struct {
	name string
	rate int
	dcs  byte // bits 11 to 14
}{
	V21:        {"V.21", 300, 0xff},
	V27At2400:  {"V.27ter 2400", 2400, 0b0000},
	V27At4800:  {"V.27ter 4800", 4800, 0b0100},
	V29At7200:  {"V.29 7200", 7200, 0b1100},
	V29At9600:  {"V.29 9600", 9600, 0b1000},
	V17At7200:  {"V.17 7200", 7200, 0b1101},
	V17At9600:  {"V.17 9600", 9600, 0b1001},
	V17At12000: {"V.17 12000", 12000, 0b0101},
	V17At14400: {"V.17 14400", 14400, 0b0001},
}

// fallback is the order in which rates are tried.
var fallback = [...]Carrier{
	V17At14400, V17At12000, V17At9600, V29At9600, V17At7200, V29At7200, V27At4800, V27At2400,
}

// String names the modulation and the rate.
func (c Carrier) String() string { return carriers[c].name }

// Rate is in bit/s.
func (c Carrier) Rate() int { return carriers[c].rate }

// Modem is the modulation of the carrier; V.21, which every machine has, is none.
func (c Carrier) Modem() Modems {
	switch {
	case c >= V17At7200:
		return V17
	case c >= V29At7200:
		return V29
	case c >= V27At2400:
		return V27
	}
	return 0
}

// Modems is a set of modulations for pages.
type Modems uint8

// The modulations. V.17 goes with V.29, and both with V.27ter.
const (
	V27 Modems = 1 << iota
	V29
	V17
)

// disBits are bits 11 to 14 of DIS.
func (m Modems) disBits() byte {
	switch {
	case m&V17 != 0:
		return 0b1101
	case m&V29 != 0 && m&V27 != 0:
		return 0b1100
	case m&V29 != 0:
		return 0b1000
	case m == 0: // V.27ter at 2400
		return 0b0000
	}
	return 0b0100
}

// modemsOf reads bits 11 to 14 of DIS. A code nobody defines is taken for the least, as
// is 0000, V.27ter at 2400 only: the check will tell.
func modemsOf(bits byte) Modems {
	switch bits {
	case 0b1101:
		return V27 | V29 | V17
	case 0b1100, 0b1110:
		return V27 | V29
	case 0b1000:
		return V29
	}
	return V27
}

// slower is the next lower rate to try after c, or the first at all if c is V21, of
// those both ends have; ok is false when none is left.
func slower(c Carrier, a, b Caps) (Carrier, bool) {
	found := c == V21
	for _, f := range fallback {
		if found && a.allows(f) && b.allows(f) {
			return f, true
		}
		found = found || f == c
	}
	return c, false
}

func carrierOf(dcs byte) (Carrier, bool) {
	for c := range carriers {
		if carriers[c].dcs == dcs {
			return Carrier(c), true
		}
	}
	return 0, false
}
