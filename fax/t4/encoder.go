package t4

// Encoder codes the rows of one page after the other. It is not safe for use by several
// goroutines at once.
type Encoder struct {
	format   Format
	bits     bitWriter
	written  int // bits of the page
	row      int // rows of the page
	ref, cur changes
}

// NewEncoder returns an encoder at the start of a page.
func NewEncoder(f Format) (*Encoder, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	if f.K == 0 {
		f.K = 2
	}
	e := &Encoder{format: f}
	e.Reset()
	return e, nil
}

// Reset goes to the start of a new page; bits not yet appended are forgotten.
func (e *Encoder) Reset() {
	e.bits = bitWriter{lsbFirst: e.format.LSBFirst}
	e.written, e.row = 0, 0
	e.ref = e.ref[:0].end(e.format.Width)
}

// Rows is how many rows of the page were coded.
func (e *Encoder) Rows() int { return e.row }

// AppendRow appends the code of a packed row, which has at least Format.RowBytes bytes.
// Up to 31 bits stay behind until the next call.
func (e *Encoder) AppendRow(dst, row []byte) []byte {
	e.cur = appendChanges(e.cur[:0], row[:e.format.RowBytes()], e.format.Width)
	start := e.written
	switch {
	case e.format.Coding == MMR:
		dst = e.twoD(dst)
	case e.format.Bare:
		dst = e.align(e.oneD(dst), 0)
	case e.format.Coding == MR && e.row%e.format.K != 0:
		dst = e.twoD(e.eol(dst, 0))
	default:
		dst = e.oneD(e.eol(dst, 1))
	}
	if fill := e.format.MinRowBits - (e.written - start); fill > 0 && e.format.lines() {
		dst = e.zeros(dst, fill)
	}
	e.ref, e.cur = e.cur, e.ref
	e.row++
	return dst
}

// AppendEnd appends the end of the page: return to control for MH and MR, the end of the
// facsimile block for MMR, nothing if Bare; filled up to a byte. The encoder is then at
// the start of a new page.
func (e *Encoder) AppendEnd(dst []byte) []byte {
	switch {
	case e.format.Coding == MMR:
		dst = e.put(dst, endOfBlock, eofbBits)
	case e.format.lines():
		for range rtcEOLs {
			dst = e.eol(dst, 1)
		}
	}
	return e.AppendFlush(dst)
}

// AppendFlush ends the page without the codes that say so, filled up to a byte: what a
// strip of a TIFF file holds in MH and MR. The encoder is then at the start of a new page.
func (e *Encoder) AppendFlush(dst []byte) []byte {
	dst = e.bits.flush(dst)
	e.Reset()
	return dst
}

func (e *Encoder) put(dst []byte, v uint32, length int) []byte {
	e.written += length
	return e.bits.put(dst, v, length)
}

func (e *Encoder) word(dst []byte, w word) []byte {
	return e.put(dst, uint32(w.bits), int(w.length))
}

func (e *Encoder) zeros(dst []byte, n int) []byte {
	e.written += n
	return e.bits.zeros(dst, n)
}

// align appends zeros until what follows after ahead bits starts a byte.
func (e *Encoder) align(dst []byte, ahead int) []byte {
	return e.zeros(dst, -(e.written+ahead)&7)
}

// eol appends an end-of-line code and, in MR, the tag: 1 if one dimension follows.
func (e *Encoder) eol(dst []byte, tag uint32) []byte {
	if e.format.AlignEOL {
		dst = e.align(dst, eolBits)
	}
	if e.format.Coding == MR {
		return e.put(dst, 2|tag, eolBits+1)
	}
	return e.put(dst, 1, eolBits)
}

func (e *Encoder) run(dst []byte, colour, n int) []byte {
	for ; n > maxMakeUp+63; n -= maxMakeUp {
		dst = e.word(dst, makeUp[colour][makeUps-1])
	}
	if n >= 64 {
		dst = e.word(dst, makeUp[colour][n/64-1])
	}
	return e.word(dst, terminating[colour][n%64])
}

// oneD codes the row as T.4 section 4.1.
func (e *Encoder) oneD(dst []byte) []byte {
	a0, colour := 0, white
	for _, a1 := range e.cur[:len(e.cur)-sentinels+1] {
		dst = e.run(dst, colour, int(a1)-a0)
		a0, colour = int(a1), colour^1
	}
	return dst
}

// twoD codes the row by the one before, as T.4 section 4.2.
func (e *Encoder) twoD(dst []byte) []byte {
	a0, i, j := -1, 0, 0
	for a0 < e.format.Width {
		colour, a1 := i&1, int(e.cur[i])
		j = e.ref.beyond(a0, colour, j)
		b1, b2 := int(e.ref[j]), int(e.ref[j+1])
		switch {
		case b2 < a1:
			dst, a0 = e.word(dst, modeWord[pass]), b2
		case a1-b1 >= -3 && a1-b1 <= 3:
			dst, a0 = e.word(dst, modeWord[int(vertical0)+a1-b1]), a1
			i++
		default:
			a2 := int(e.cur[i+1])
			dst = e.word(dst, modeWord[horizontal])
			dst = e.run(dst, colour, a1-max(a0, 0))
			dst = e.run(dst, colour^1, a2-a1)
			a0 = a2
			i += 2
		}
	}
	return dst
}
