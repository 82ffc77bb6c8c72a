package t30

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
