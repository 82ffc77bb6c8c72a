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

// modems are those that have a rate within the limit.
func (c Caps) modems() (m Modems) {
	for _, f := range fallback {
		if c.allows(f) {
			m |= f.Modem()
		}
	}
	return m
}

func (c Caps) allows(f Carrier) bool {
	return f.Modem()&c.Modems != 0 && (c.MaxRate == 0 || f.Rate() <= c.MaxRate)
}

func (c Caps) has(r Resolution) bool {
	return [...]bool{true, c.Fine, c.Superfine, c.R300, c.R400}[r]
}

// dis is what a station said in its DIS.
type dis struct {
	caps     Caps
	receives bool
	polls    bool // has a document to be polled
	// row is the code of the minimum scan line time, bits 21 to 23.
	row       byte
	unlimited bool
	// takes SUB and SID.
	sub, sid bool
}

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

// appendDIS writes what we can do: any length, rows as short as they come.
func appendDIS(dst []byte, c Caps) []byte {
	b := make(table, 6)
	b.set(bitReceiver, true)
	b.setField(bitRate, 4, c.modems().disBits())
	b.set(bitFine, c.Fine)
	b.set(bitMR, c.MR)
	b.setField(bitWidth, 2, [...]byte{0b00, 0b10, 0b01}[c.Width])
	b.setField(bitLength, 2, noLimit)
	b.setField(bitRow, 3, rowZero)
	b.set(bitECM, c.ECM)
	b.set(bitMMR, c.MMR && c.ECM)
	b.set(bitSuperfine, c.Superfine)
	b.set(bit300, c.R300)
	b.set(bit400, c.R400)
	b.set(bitMetric, c.Superfine || c.R400)
	return append(dst, b.trim()...)
}

func parseDIS(fif []byte) dis {
	b := table(fif)
	d := dis{
		receives: b.get(bitReceiver), polls: b.get(bitPolling),
		row: b.field(bitRow, 3), unlimited: b.field(bitLength, 2) == noLimit,
		sub: b.get(bitSUB), sid: b.get(bitSID),
	}
	d.caps = Caps{
		Modems: modemsOf(b.field(bitRate, 4)), ECM: b.get(bitECM), MR: b.get(bitMR),
		Fine: b.get(bitFine), Superfine: b.get(bitSuperfine), R300: b.get(bit300), R400: b.get(bit400),
		Width: [...]Width{A4, A3, B4, A3}[b.field(bitWidth, 2)],
	}
	d.caps.MMR = d.caps.ECM && b.get(bitMMR)
	return d
}

// rowTime is the least time of a row in ms that a receiver wants.
func (d dis) rowTime(r Resolution) int {
	ms := [...]int{20, 40, 10, 10, 5, 40, 20, 0}[d.row]
	if halves := d.row == 0b011 || d.row == 0b110 || d.row == 0b101; halves && r != Standard {
		ms /= 2
	}
	return ms
}

// dcs is what a station says it will send.
type dcs struct {
	carrier   Carrier
	format    Format
	coding    Coding
	ecm       bool
	frame64   bool
	rowTime   int // ms
	unlimited bool
}

// append writes d.
func (d dcs) append(dst []byte) []byte {
	b := make(table, 6)
	b.set(bitReceiver, true)
	b.setField(bitRate, 4, carriers[d.carrier].dcs)
	b.set(bitFine, d.format.Resolution == Fine)
	b.set(bitMR, d.coding == MR)
	b.setField(bitWidth, 2, [...]byte{0b00, 0b10, 0b01}[d.format.Width])
	if d.unlimited {
		b.setField(bitLength, 2, noLimit)
	}
	b.setField(bitRow, 3, rowCode(d.rowTime))
	b.set(bitECM, d.ecm)
	b.set(bitFrame64, d.ecm && d.frame64)
	b.set(bitMMR, d.coding == MMR)
	b.set(bitSuperfine, d.format.Resolution == Superfine)
	b.set(bit300, d.format.Resolution == R300)
	b.set(bit400, d.format.Resolution == R400)
	b.set(bitInch, d.format.Resolution == R300)
	return append(dst, b.trim()...)
}

func rowCode(ms int) byte {
	switch ms {
	case 40:
		return 0b001
	case 20:
		return 0b000
	case 10:
		return 0b010
	case 5:
		return 0b100
	}
	return rowZero
}

// parseDCS reads a DCS; ok is false if it names a rate nobody defines.
func parseDCS(fif []byte) (d dcs, ok bool) {
	b := table(fif)
	d.carrier, ok = carrierOf(b.field(bitRate, 4))
	d.ecm, d.frame64 = b.get(bitECM), b.get(bitFrame64)
	d.format.Width = [...]Width{A4, A3, B4, A3}[b.field(bitWidth, 2)]
	d.unlimited = b.field(bitLength, 2) == noLimit
	d.rowTime = [...]int{20, 40, 10, 10, 5, 40, 20, 0}[b.field(bitRow, 3)]
	switch {
	case b.get(bitMMR) && d.ecm:
		d.coding = MMR
	case b.get(bitMR):
		d.coding = MR
	}
	switch {
	case b.get(bit400):
		d.format.Resolution = R400
	case b.get(bit300):
		d.format.Resolution = R300
	case b.get(bitSuperfine):
		d.format.Resolution = Superfine
	case b.get(bitFine):
		d.format.Resolution = Fine
	}
	return d, ok && len(fif) >= 3
}

// choose is how to send a page to a station, as good as both ends can.
func choose(own Caps, to dis, want Format, c Carrier) dcs {
	for !own.has(want.Resolution) || !to.caps.has(want.Resolution) {
		want.Resolution = want.Resolution.below()
	}
	want.Width = min(want.Width, own.Width, to.caps.Width)
	d := dcs{carrier: c, format: want, ecm: own.ECM && to.caps.ECM, unlimited: to.unlimited}
	switch {
	case d.ecm && own.MMR && to.caps.MMR:
		d.coding = MMR
	case own.MR && to.caps.MR:
		d.coding = MR
	}
	if !d.ecm {
		d.rowTime = to.rowTime(want.Resolution)
	}
	return d
}

// code is what a Source is asked for.
func (d dcs) code() Code {
	return Code{
		Format: d.format, Coding: d.coding, ECM: d.ecm, Carrier: d.carrier,
		MinRowBits: (d.carrier.Rate()*d.rowTime + 999) / 1000,
	}
}
