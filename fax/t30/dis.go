package t30

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
