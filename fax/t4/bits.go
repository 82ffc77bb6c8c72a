package t4

import (
	"encoding/binary"
	"math/bits"
)

// bitWriter gathers code words until they fill bytes of a buffer.
type bitWriter struct {
	acc      uint64 // the last n bits put, in its low end
	n        int    // under 32 between calls
	lsbFirst bool
}

// put appends the low length bits of v, at most 32.
func (w *bitWriter) put(dst []byte, v uint32, length int) []byte {
	w.acc = w.acc<<length | uint64(v)
	w.n += length
	if w.n < 32 {
		return dst
	}
	w.n -= 32
	return binary.BigEndian.AppendUint32(dst, w.ordered(uint32(w.acc>>w.n)))
}

func (w *bitWriter) ordered(v uint32) uint32 {
	if w.lsbFirst {
		return bits.ReverseBytes32(bits.Reverse32(v))
	}
	return v
}

// flush appends what is left, zeros up to the end of its last byte.
func (w *bitWriter) flush(dst []byte) []byte {
	v := w.ordered(uint32(w.acc << (32 - w.n)))
	for ; w.n > 0; w.n -= 8 {
		dst = append(dst, byte(v>>24))
		v <<= 8
	}
	w.acc, w.n = 0, 0
	return dst
}

// zeros appends n zeros.
func (w *bitWriter) zeros(dst []byte, n int) []byte {
	for ; n > 0; n -= 32 {
		dst = w.put(dst, 0, min(n, 32))
	}
	return dst
}

// status is how far reading got.
type status uint8

const (
	done  status = iota
	short        // more bits are needed; the reader stands where the unfinished word starts
	bad          // no code word
)

// bitReader reads code words, the first bit in the most significant of a byte.
type bitReader struct {
	buf []byte
	pos int // bits
	end int // bits: those after it are not part of what is read
}

func (r *bitReader) left() int { return r.end - r.pos }

// peek returns the next 57 bits or more in the high end. Those after r.end are of no
// meaning.
func (r *bitReader) peek() uint64 {
	if i := r.pos >> 3; i+8 <= len(r.buf) {
		return binary.BigEndian.Uint64(r.buf[i:]) << (r.pos & 7)
	}
	return r.peekTail()
}

func (r *bitReader) peekTail() uint64 {
	var tail [8]byte
	copy(tail[:], r.buf[min(r.pos>>3, len(r.buf)):])
	return binary.BigEndian.Uint64(tail[:]) << (r.pos & 7)
}

// run reads the code words of a run of a colour, which may have up to most pixels.
func (r *bitReader) run(colour, most int) (int, status) {
	table, start, total := &runTable[colour], r.pos, 0
	for {
		e := table[r.peek()>>(64-runBits)]
		n := e.length()
		if n == 0 || n > r.left() {
			return 0, r.lack(start, n == 0 && r.left() >= runBits)
		}
		r.pos += n
		total += e.run()
		switch {
		case total > most:
			return 0, bad
		case e.run() < 64:
			return total, done
		}
	}
}

// mode reads the code word of a mode.
func (r *bitReader) mode() (mode, status) {
	e := modeTable[r.peek()>>(64-modeBits)]
	n := e.length()
	if n == 0 || n > r.left() {
		return badMode, r.lack(r.pos, n == 0 && r.left() >= modeBits)
	}
	r.pos += n
	return mode(e.run()), done
}

// lack goes back to start: for want of bits, or of sense.
func (r *bitReader) lack(start int, senseless bool) status {
	r.pos = start
	if senseless {
		return bad
	}
	return short
}

// blank reports whether the bits from pos to end are all 0.
func (r *bitReader) blank() bool {
	for pos := r.pos; pos < r.end; pos += 56 {
		ahead := bitReader{buf: r.buf, pos: pos}
		if v := ahead.peek() >> 8; v>>max(0, 56-(r.end-pos)) != 0 {
			return false
		}
	}
	return true
}
