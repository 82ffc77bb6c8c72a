package t4

import "math/bits"

// lines is the state between end-of-line codes. The bits from in.pos up to looked were
// searched for one; zeros of them, the last ones, are 0.
type lines struct {
	looked int
	zeros  int
	eols   int  // codes in a row
	began  bool // one was seen
	lost   bool // what comes before the next one is no row
	mute   bool // the row above is not what two-dimensional coding refers to
}

// rtcEnough is how many end-of-line codes in a row end a page: one less than T.4 asks
// for, as noise may hit one.
const rtcEnough = rtcEOLs - 1

// feedLines decodes the rows before each end-of-line code.
func (d *Decoder) feedLines(emit func(row []byte) error) error {
	for d.findEOL() {
		next := d.lines.looked
		d.in.end = next - eolBits
		if err := d.line(emit); err != nil {
			return err
		}
		if d.stats.Ended {
			d.drop(8 * len(d.in.buf))
			return nil
		}
		d.in.pos, d.in.end = next, 8*len(d.in.buf)
	}
	d.lines.looked -= d.drop(d.in.pos)
	d.dropFill()
	if d.in.left() <= d.format.Width*rowBitsPerPixel+rowBitsSpare {
		return nil
	}
	return d.lose(emit)
}

// findEOL searches on; true leaves lines.looked behind the code.
func (d *Decoder) findEOL() bool {
	l, buf := &d.lines, d.in.buf
	for l.looked < 8*len(buf) {
		at, skip := l.looked>>3, l.looked&7
		v := buf[at] << skip
		if v == 0 {
			l.zeros += 8 - skip
			l.looked = 8 * (at + 1)
			continue
		}
		lead := bits.LeadingZeros8(v)
		if l.zeros+lead >= eolZeros {
			l.looked += lead + 1
			l.zeros = 0
			return true
		}
		l.zeros = bits.TrailingZeros8(buf[at])
		l.looked = 8 * (at + 1)
	}
	return false
}

// dropFill forgets fill: of zeros at the end more than an end-of-line code needs.
func (d *Decoder) dropFill() {
	const keep = 4
	extra := d.lines.zeros/8 - keep
	if extra <= 0 {
		return
	}
	d.in.buf = d.in.buf[:len(d.in.buf)-extra]
	d.in.end = 8 * len(d.in.buf)
	d.lines.looked = d.in.end
	d.lines.zeros -= 8 * extra
}

// lose forgets a row that is longer than a row can be.
func (d *Decoder) lose(emit func(row []byte) error) error {
	wasLost := d.lines.lost
	d.lines.lost, d.lines.mute = true, true
	d.drop(d.in.end - 8*min(len(d.in.buf), 4))
	d.lines.looked = d.in.end
	if wasLost || !d.lines.began {
		return nil
	}
	return d.conceal(emit)
}

// line decodes what stands before an end-of-line code: the bits up to in.end.
func (d *Decoder) line(emit func(row []byte) error) error {
	l := &d.lines
	first, lost := !l.began, l.lost
	l.began, l.lost = true, false
	switch {
	case first:
		l.eols = 1
		return d.firstLine(emit, lost)
	case lost:
		l.eols = 1
		return nil
	case d.blankLine():
		l.eols++
		d.stats.Ended = l.eols >= rtcEnough
		return nil
	}
	if err := d.missing(emit); err != nil {
		return err
	}
	l.eols = 1
	return d.decodeLine(emit)
}

// blankLine reports whether nothing but fill, and in MR a tag, is left.
func (d *Decoder) blankLine() bool {
	r := d.in
	if d.format.Coding == MR && r.left() > 0 {
		r.pos++
	}
	return r.blank()
}

// missing conceals the rows of which only the end-of-line codes arrived.
func (d *Decoder) missing(emit func(row []byte) error) error {
	if d.stats.Rows == 0 {
		return nil
	}
	for ; d.lines.eols > 1; d.lines.eols-- {
		d.lines.mute = true
		if err := d.conceal(emit); err != nil {
			return err
		}
	}
	return nil
}

// firstLine is what comes before the first end-of-line code: a row, if it reads as one
// in one dimension, else noise.
func (d *Decoder) firstLine(emit func(row []byte) error, lost bool) error {
	if lost || d.scan.oneD(&d.in) != done || !d.in.blank() {
		d.scan.again()
		return nil
	}
	return d.row(emit)
}

// decodeLine decodes a row and conceals it if it does not fit.
func (d *Decoder) decodeLine(emit func(row []byte) error) error {
	if d.readLine() {
		d.lines.mute = false
		return d.row(emit)
	}
	d.lines.mute = true
	return d.conceal(emit)
}

func (d *Decoder) readLine() bool {
	read := d.scan.oneD
	if d.format.Coding == MR {
		tag := d.in.peek() >> 63
		d.in.pos++
		if tag == 0 {
			read = d.scan.twoD
		}
		if tag == 0 && d.lines.mute {
			return false
		}
	}
	return read(&d.in) == done && d.in.blank()
}

// finishLines hands out the last row if its code is complete.
func (d *Decoder) finishLines(emit func(row []byte) error) error {
	d.in.end = 8 * len(d.in.buf)
	switch {
	case d.lines.lost || d.blankLine():
		return nil
	case !d.lines.began:
		return d.firstLine(emit, false)
	}
	start := d.in
	complete := d.readLine()
	d.scan.again()
	d.in = start
	if !complete {
		return nil
	}
	if err := d.missing(emit); err != nil {
		return err
	}
	return d.decodeLine(emit)
}
