package t30

import "math/bits"

// incoming is a part of a page received with error correction.
type incoming struct {
	arena []byte // blockFrames × frameOctets
	have  [blockFrames]bool
	size  [blockFrames]uint16
	count int     // of have
	total int     // frames the part has, as far as is known
	last  [2]byte // page and number of the part confirmed last
	ended bool    // last is valid
}

func (b *incoming) put(n byte, data []byte) {
	if b.arena == nil {
		b.arena = make([]byte, blockFrames*frameOctets)
	}
	if b.have[n] || len(data) > frameOctets {
		return
	}
	copy(b.arena[int(n)*frameOctets:], data)
	b.have[n], b.size[n] = true, uint16(len(data))
	b.count++
	b.total = max(b.total, int(n)+1)
}

func (b *incoming) clear() {
	b.have, b.count, b.total = [blockFrames]bool{}, 0, 0
}

// appendFirst adds the first frames, most at most, as far as they came without a gap.
func (b *incoming) appendFirst(dst []byte, most int) []byte {
	for n := 0; n < most && b.have[n]; n++ {
		dst = append(dst, b.arena[n*frameOctets:][:b.size[n]]...)
	}
	return dst
}

// missing is the map of frames that did not come; those there are not count as missing.
func (b *incoming) missing() []byte {
	m := make([]byte, blockFrames/8)
	for n, have := range b.have {
		if !have {
			m[n/8] |= 0x80 >> (n % 8)
		}
	}
	return m
}

// whole reports whether the first n frames are there.
func (b *incoming) whole(n int) bool {
	for _, have := range b.have[:n] {
		if !have {
			return false
		}
	}
	return true
}

func (r *receiver) part(f frame) {
	if !r.known || !r.dcs.ecm || r.check || r.storing.kind != 0 {
		return
	}
	if f.kind == fFCD && len(f.fif) > 1 {
		r.image = true
		r.block.put(bits.Reverse8(f.fif[0]), f.fif[1:])
	}
}

// blockEnded takes the end of a part of a page.
func (r *receiver) blockEnded(fif []byte) {
	if !r.known || !r.dcs.ecm || r.check || len(fif) < 4 {
		r.garbled()
		return
	}
	id := [2]byte{fif[1], fif[2]}
	switch {
	case r.storing.kind != 0:
		r.settle()
		return
	case !r.image && r.block.ended && r.block.last == id:
		r.repeat()
		return
	}
	// Some count the frames of the part each time, some those they sent again.
	n := max(r.block.total, int(bits.Reverse8(fif[3]))+1)
	r.block.total = n
	switch {
	case !r.block.whole(n):
		r.correct(n)
	case r.tooLarge(n * frameOctets):
		r.hangUp(TooLarge)
	default:
		r.blockDone(id, n, plain(kindOf(fif[0])))
	}
}

func (r *receiver) blockDone(id [2]byte, frames int, kind byte) {
	r.data = r.block.appendFirst(r.data, frames)
	r.block.clear()
	r.block.last, r.block.ended = id, true
	switch kind {
	case fEOP, fMPS, fEOM:
		r.deliver(kind)
	default:
		r.replyWith(fMCF)
	}
}

// correct asks for the frames of n that did not come.
func (r *receiver) correct(n int) {
	frames := 0
	for _, have := range r.block.have[:n] {
		if !have {
			frames++
		}
	}
	r.result.Resent += frames
	r.tell(Event{Kind: Correcting, Page: r.page, Code: r.dcs.code(), Frames: frames})
	r.replyWith(fPPR, r.block.missing()...)
}

// slowed takes another rate for what is sent again.
func (r *receiver) slowed(fif []byte) {
	c, ok := carrierOf(table(fif).field(bitRate, 4))
	if !ok || !r.dcs.ecm {
		r.garbled()
		return
	}
	r.dcs.carrier = c
	r.result.Last = r.dcs.code()
	r.replyWith(fCTR)
}

// givenUp takes the end of corrections: the page stays damaged.
func (r *receiver) givenUp(fif []byte) {
	switch {
	case !r.known || !r.dcs.ecm || len(fif) == 0:
		r.garbled()
		return
	case !r.image && len(r.answer) == 1 && kindOf(r.answer[0][2]) == fERR:
		r.repeat()
		return
	}
	r.damaged = true
	kind := plain(kindOf(fif[0]))
	if kind == fNULL { // more of the page follows
		r.data = r.block.appendFirst(r.data, blockFrames)
		r.block.clear()
		if r.tooLarge(0) {
			r.hangUp(TooLarge)
			return
		}
		r.replyWith(fERR)
		return
	}
	r.broken()
	if kind == fEOP {
		r.next = goodbye
	} else {
		r.page++
	}
	if r.page > MaxPages {
		r.hangUp(TooLarge)
		return
	}
	r.replyWith(fERR)
}
