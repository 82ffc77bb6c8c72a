package t30

// Caps are what an end can do.
type Caps struct {
	Modems Modems
	// MaxRate is the fastest rate in bit/s, as a network may limit it; 0 means any.
	MaxRate int
	ECM     bool
	// MR and MMR are codings besides MH. MMR needs ECM.
	MR, MMR bool
	// Fine, Superfine, R300 and R400 are resolutions besides standard.
	Fine, Superfine, R300, R400 bool
	// Width is the widest paper.
	Width Width
}

// AllCaps is everything the engine can do.
func AllCaps() Caps {
	return Caps{
		Modems: V27 | V29 | V17, ECM: true, MR: true, MMR: true,
		Fine: true, Superfine: true, R300: true, R400: true, Width: A3,
	}
}

// modems are those that may be used up to their fastest rate: a DIS cannot say less.
func (c Caps) modems() (m Modems) {
	refused := Modems(0)
	for _, f := range fallback {
		if c.allows(f) {
			m |= f.Modem()
		} else {
			refused |= f.Modem()
		}
	}
	return m &^ refused
}

// allows reports whether a page may be sent with a carrier.
func (c Caps) allows(f Carrier) bool {
	return f.Modem()&c.Modems != 0 && (c.MaxRate == 0 || f.Rate() <= c.MaxRate)
}

func (c Caps) has(r Resolution) bool {
	return [...]bool{true, c.Fine, c.Superfine, c.R300, c.R400}[r]
}
