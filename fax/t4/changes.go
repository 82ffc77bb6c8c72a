package t4

import (
	"encoding/binary"
	"math/bits"
)

// changes of a row are the pixels whose colour differs from that of the pixel to their
// left, in order; the pixel left of the first is white. So those at even indices are
// black. Behind them stands the width, sentinels times.
type changes []int32

// sentinels is how far a search for b2 looks past the last change.
const sentinels = 4

// appendChanges appends the changes of a packed row, and the sentinels.
func appendChanges(dst changes, row []byte, width int) changes {
	before := uint64(0) // the colour of the last pixel seen
	for at := 0; at < width; at += 64 {
		v := load(row[at/8:])
		if rest := width - at; rest < 64 {
			v &= ^uint64(0) << (64 - rest)
			if v&(1<<(64-rest)) != 0 {
				v |= 1<<(64-rest) - 1 // no change at the width
			}
		}
		for x := v ^ (v>>1 | before<<63); x != 0; {
			n := bits.LeadingZeros64(x)
			dst = append(dst, int32(at+n))
			x &^= 1 << 63 >> n
		}
		before = v & 1
	}
	return dst.end(width)
}

// load returns the first 64 bits of a row, zeros past its end.
func load(row []byte) uint64 {
	if len(row) >= 8 {
		return binary.BigEndian.Uint64(row)
	}
	var tail [8]byte
	copy(tail[:], row)
	return binary.BigEndian.Uint64(tail[:])
}

func (c changes) end(width int) changes {
	return append(c, int32(width), int32(width), int32(width), int32(width))
}

// paint writes the pixels of a row, which is cleared.
func (c changes) paint(row []byte) {
	clear(row)
	for i := 0; i+sentinels < len(c); i += 2 {
		blacken(row, int(c[i]), int(c[i+1]))
	}
}

// blacken sets the pixels from..to-1.
func blacken(row []byte, from, to int) {
	first, last := from>>3, (to-1)>>3
	head, tail := byte(0xff>>(from&7)), byte(0xff<<(7-(to-1)&7))
	if first == last {
		row[first] |= head & tail
		return
	}
	row[first] |= head
	for i := first + 1; i < last; i++ {
		row[i] = 0xff
	}
	row[last] |= tail
}

// beyond returns the index of b1: the first change of c right of a0 at an even (colour
// white) or odd index. near is an index to search from, in either direction.
func (c changes) beyond(a0, colour, near int) int {
	j := near&^1 | colour
	for j >= 2 && int(c[j-2]) > a0 {
		j -= 2
	}
	for int(c[j]) <= a0 && j+sentinels < len(c) {
		j += 2
	}
	return j
}
