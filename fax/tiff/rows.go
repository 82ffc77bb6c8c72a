package tiff

import (
	"errors"
	"fmt"
	"math/bits"

	"dialtone/fax/t4"
)

// errEnough ends decoding a strip.
var errEnough = errors.New("strip is complete")

// Rows calls emit for each row of page i; it is valid until emit returns. If the file
// says how many rows there are, so many come: those that cannot be read repeat the one
// before and count as bad. An error is emit's own or that of reading the file.
func (d *Document) Rows(i int, emit func(row []byte) error) (t4.Stats, error) {
	m := d.images[i]
	p := &pageReader{stored: m, emit: emit, row: make([]byte, (m.width+7)/8)}
	for n, s := range m.strips {
		code, err := d.file.read(s.at, s.length)
		if err != nil {
			return p.stats, fmt.Errorf("cannot read page %d: %w", i+1, err)
		}
		if n == 0 {
			p.recognize(code)
		}
		if err := p.strip(code); err != nil {
			return p.stats, err
		}
	}
	return p.stats, p.pad(m.length - p.stats.Rows)
}

// pageReader hands out the rows of a page.
type pageReader struct {
	stored
	format t4.Format // for the compressions of T.4 and T.6
	emit   func([]byte) error
	row    []byte // the last one
	left   int    // rows the strip may still have
	stats  t4.Stats
	run    int   // bad rows since the last good one
	failed error // emit's
}

// strip decodes a strip and makes up its length.
func (p *pageReader) strip(code []byte) error {
	p.left = t4.MaxRows - p.stats.Rows
	if p.length > 0 {
		p.left = min(p.rowsPerStrip, p.length-p.stats.Rows)
	}
	var err error
	switch p.compression {
	case compressionNone:
		err = p.plain(code)
	case compressionPackBits:
		err = p.packBits(code)
	default:
		err = p.coded(code)
	}
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if p.length > 0 {
		return p.pad(p.left)
	}
	return nil
}

// plain hands out rows that are not compressed.
func (p *pageReader) plain(code []byte) error {
	for ; len(code) >= len(p.row); code = code[len(p.row):] {
		if err := p.pixels(code[:len(p.row)]); err != nil {
			return err
		}
	}
	return nil
}

// pixels hands out a row as the file has it.
func (p *pageReader) pixels(row []byte) error {
	copy(p.row, row)
	if p.lsbFirst {
		for i, b := range p.row {
			p.row[i] = bits.Reverse8(b)
		}
	}
	trim(p.row, p.width)
	return p.good()
}

// coded hands out rows of T.4 or T.6. What a decoder cannot read is made up for.
func (p *pageReader) coded(code []byte) error {
	dec, err := t4.NewDecoder(p.format)
	if err != nil {
		return err
	}
	badRows := 0
	row := func(row []byte) error {
		if s := dec.Stats(); s.BadRows > badRows {
			badRows = s.BadRows
			return p.bad()
		}
		copy(p.row, row)
		return p.good()
	}
	err = dec.Feed(code, row)
	if err == nil {
		err = dec.Finish(row)
	}
	p.stats.Ended = dec.Stats().Ended
	if p.failed == nil && (errors.Is(err, t4.ErrDamaged) || errors.Is(err, t4.ErrTooLong)) {
		return nil
	}
	return err
}

// good hands out p.row, which has the colours of the file.
func (p *pageReader) good() error {
	if p.left == 0 {
		return errEnough
	}
	if p.inverted {
		for i := range p.row {
			p.row[i] ^= 0xff
		}
		trim(p.row, p.width)
	}
	p.run = 0
	return p.out()
}

// bad hands out p.row once more.
func (p *pageReader) bad() error {
	if p.left == 0 {
		return errEnough
	}
	p.run++
	p.stats.BadRows++
	p.stats.WorstRun = max(p.stats.WorstRun, p.run)
	return p.out()
}

func (p *pageReader) out() error {
	p.left--
	p.stats.Rows++
	p.failed = p.emit(p.row)
	return p.failed
}

// pad hands out n rows that the file does not have: white ones.
func (p *pageReader) pad(n int) error {
	clear(p.row)
	for range n {
		p.left = max(p.left, 1)
		if err := p.bad(); err != nil {
			return err
		}
	}
	return nil
}

// trim clears the bits past the width.
func trim(row []byte, width int) {
	if width%8 != 0 {
		row[len(row)-1] &= 0xff << (8 - width%8)
	}
}

// G4 returns the T.6 code of page i, its first bit the highest of the first byte, if the
// file has it in one piece and every row of it can be read. ended says whether the code
// that ends a page is there.
func (d *Document) G4(i int) (code []byte, ended, ok bool) {
	m := d.images[i]
	if len(m.strips) != 1 || m.length == 0 || m.inverted || m.compression != compressionT6 && m.compression != compressionT4 {
		return nil, false, false
	}
	code, err := d.file.read(m.strips[0].at, m.strips[0].length)
	if err != nil {
		return nil, false, false
	}
	p := &pageReader{stored: m}
	p.recognize(code)
	stats, _ := try(p.format, code, m.length+1)
	if p.format.Coding != t4.MMR || stats.Rows < m.length {
		return nil, false, false
	}
	if p.format.LSBFirst {
		for i, b := range code {
			code[i] = bits.Reverse8(b)
		}
	}
	return code, stats.Ended && stats.Rows == m.length, true
}
