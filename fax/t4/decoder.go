package t4

import "math/bits"

const (
	feedBytes = 4096 // taken in at once

	// What is longer cannot be the code of a row. An encoder needs up to 6 bits a pixel:
	// horizontal mode for one white and one black.
	rowBitsPerPixel = 12
	rowBitsSpare    = 512
)

// Decoder reads rows from code that arrives in pieces. It keeps less than 16 KB plus
// twenty times Format.Width bytes. It is not safe for use by several goroutines at once.
type Decoder struct {
	format Format
	stats  Stats
	scan   scan
	pixels []byte // of the last row
	in     bitReader
	lines  lines
	err    error
}

// NewDecoder returns a decoder at the start of a page. Of the format, what is for
// encoding alone is not used.
func NewDecoder(f Format) (*Decoder, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	d := &Decoder{format: f, pixels: make([]byte, f.RowBytes())}
	d.Reset()
	return d, nil
}

// Reset goes to the start of a new page, above which all is white.
func (d *Decoder) Reset() {
	d.stats, d.err = Stats{}, nil
	d.scan.width = d.format.Width
	d.scan.cur = d.scan.cur[:0]
	d.scan.next()
	clear(d.pixels)
	d.in = bitReader{buf: d.in.buf[:0]}
	d.lines = lines{}
}

// Stats says how well the page was read so far.
func (d *Decoder) Stats() Stats { return d.stats }

// Feed takes in code and calls emit for each row that is complete. The row is valid
// until emit returns. What follows the end of the page is ignored.
//
// An error is emit's own, ErrTooLong or ErrDamaged; the page then stays as it is.
func (d *Decoder) Feed(code []byte, emit func(row []byte) error) error {
	for len(code) > 0 && d.err == nil && !d.stats.Ended {
		n := min(len(code), feedBytes)
		d.take(code[:n])
		code = code[n:]
		if d.format.lines() {
			d.err = d.feedLines(emit)
		} else {
			d.err = d.feedBare(emit)
		}
	}
	return d.err
}

// Finish says that no more code will come, and hands out a last row that no end-of-line
// code follows. A row that is not complete is dropped.
func (d *Decoder) Finish(emit func(row []byte) error) error {
	if d.err == nil && !d.stats.Ended && d.format.lines() {
		d.err = d.finishLines(emit)
	}
	return d.err
}

// take appends code to what is not decoded yet.
func (d *Decoder) take(code []byte) {
	old := len(d.in.buf)
	d.in.buf = append(d.in.buf, code...)
	if d.format.LSBFirst {
		for i, b := range d.in.buf[old:] {
			d.in.buf[old+i] = bits.Reverse8(b)
		}
	}
	d.in.end = 8 * len(d.in.buf)
}

// drop forgets the bytes before a bit, which becomes one of the first byte.
func (d *Decoder) drop(pos int) (shift int) {
	whole := min(pos>>3, len(d.in.buf))
	d.in.buf = d.in.buf[:copy(d.in.buf, d.in.buf[whole:])]
	d.in.pos = pos - 8*whole
	d.in.end = 8 * len(d.in.buf)
	return 8 * whole
}

// row hands out the row that was decoded.
func (d *Decoder) row(emit func(row []byte) error) error {
	if d.stats.Rows == MaxRows {
		return ErrTooLong
	}
	d.scan.next()
	d.scan.ref.paint(d.pixels)
	d.stats.good()
	return emit(d.pixels)
}

// conceal hands out the row before once more.
func (d *Decoder) conceal(emit func(row []byte) error) error {
	if d.stats.Rows == MaxRows {
		return ErrTooLong
	}
	d.scan.again()
	d.stats.concealed()
	return emit(d.pixels)
}

// feedBare decodes rows that no end-of-line codes part.
func (d *Decoder) feedBare(emit func(row []byte) error) error {
	for {
		st := d.bareRow()
		switch {
		case st == bad:
			return ErrDamaged
		case st == short || d.stats.Ended:
			d.drop(d.in.pos)
			return nil
		}
		if err := d.row(emit); err != nil {
			return err
		}
	}
}

// bareRow decodes a row, as far as its bits are there.
func (d *Decoder) bareRow() status {
	if d.format.Bare {
		st := d.scan.oneD(&d.in)
		if st == done {
			d.in.pos = (d.in.pos + 7) &^ 7
		}
		return st
	}
	if d.scan.a0 < 0 {
		if st := d.endOfBlock(); st != done || d.stats.Ended {
			return st
		}
	}
	return d.scan.twoD(&d.in)
}

// endOfBlock looks for the end of the page: done if that is decided. Half of the code is
// enough, no row starts with it.
func (d *Decoder) endOfBlock() status {
	ahead := d.in.peek() >> (64 - eolBits)
	if n := min(d.in.left(), eolBits); n < eolBits {
		if ahead>>(eolBits-n) == 0 {
			return short
		}
		return done
	}
	if ahead == 1 {
		d.stats.Ended = true
	}
	return done
}
