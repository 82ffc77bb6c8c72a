package tiff

import (
	"math/bits"
	"slices"
)

// packBits hands out rows of a strip compressed as TIFF 6.0 section 9: a count and that
// many bytes, or one byte to repeat. Runs may cross rows, as some writers let them.
func (p *pageReader) packBits(code []byte) error {
	if p.lsbFirst && !p.pixelsReversed(code) {
		code = slices.Clone(code)
		for i, b := range code {
			code[i] = bits.Reverse8(b)
		}
		p.lsbFirst = false
		defer func() { p.lsbFirst = true }()
	}
	row := make([]byte, 0, len(p.row))
	add := func(b byte) error {
		if row = append(row, b); len(row) < len(p.row) {
			return nil
		}
		err := p.pixels(row)
		row = row[:0]
		return err
	}
	for len(code) > 1 {
		n := int(int8(code[0]))
		code = code[1:]
		times, literal := 1-n, 1
		switch {
		case n == -128:
			continue
		case n >= 0:
			times, literal = 1, min(n+1, len(code))
		}
		for range times {
			for _, b := range code[:literal] {
				if err := add(b); err != nil {
					return err
				}
			}
		}
		code = code[literal:]
	}
	return nil
}

// pixelsReversed tells what the reversed order of bits is that of. libtiff takes it for
// that of the file's bytes, counts included; others for that of the pixels. The counts
// tell them apart: as they stand they make up the strip.
func (p *pageReader) pixelsReversed(code []byte) bool {
	size := 0
	for len(code) > 1 {
		switch n := int(int8(code[0])); {
		case n == -128:
			code = code[1:]
		case n >= 0:
			size += n + 1
			code = code[min(n+2, len(code)):]
		default:
			size += 1 - n
			code = code[2:]
		}
	}
	return size == p.left*len(p.row)
}
