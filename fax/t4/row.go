package t4

// scan is a row being decoded. It can stop for want of bits and go on later.
type scan struct {
	width int
	ref   changes // of the row above, with its sentinels
	cur   changes // found so far; their number's parity is the colour of what follows
	a0    int     // the pixels up to here are known; -1 before the first
	near  int     // index in ref near b1
}

// next starts a row under the one that was decoded.
func (s *scan) next() {
	s.ref, s.cur = s.cur.end(s.width), s.ref[:0]
	s.a0, s.near = -1, 0
}

// again starts a row under the same one as before.
func (s *scan) again() {
	s.cur = s.cur[:0]
	s.a0, s.near = -1, 0
}

func (s *scan) colour() int { return len(s.cur) & 1 }

// change sets a0 to where the colour changes. Of two changes at the same pixel neither
// stays.
func (s *scan) change(at int) {
	s.a0 = at
	switch n := len(s.cur); {
	case at >= s.width:
	case n > 0 && int(s.cur[n-1]) == at:
		s.cur = s.cur[:n-1]
	default:
		s.cur = append(s.cur, int32(at))
	}
}

// oneD decodes runs up to the end of the row.
func (s *scan) oneD(r *bitReader) status {
	for s.a0 < s.width {
		from := max(s.a0, 0)
		n, st := r.run(s.colour(), s.width-from)
		if st != done {
			return st
		}
		s.change(from + n)
	}
	return done
}

// twoD decodes modes up to the end of the row.
func (s *scan) twoD(r *bitReader) status {
	for s.a0 < s.width {
		start := r.pos
		m, st := r.mode()
		if st != done {
			return st
		}
		switch m {
		case pass:
			s.near = s.ref.beyond(s.a0, s.colour(), s.near)
			s.a0 = int(s.ref[s.near+1])
		case horizontal:
			st = s.twoRuns(r)
		default:
			st = s.vertical(int(m) - int(vertical0))
		}
		if st == short {
			r.pos = start
		}
		if st != done {
			return st
		}
	}
	return done
}

// twoRuns decodes what follows the word for horizontal mode.
func (s *scan) twoRuns(r *bitReader) status {
	from, colour := max(s.a0, 0), s.colour()
	first, st := r.run(colour, s.width-from)
	if st != done {
		return st
	}
	second, st := r.run(colour^1, s.width-from-first)
	if st != done {
		return st
	}
	if first+second == 0 {
		return bad // would let a few bytes keep a decoder busy
	}
	s.change(from + first)
	if s.a0 < s.width {
		s.change(from + first + second)
	}
	return done
}

// vertical puts the next change n pixels right of b1.
func (s *scan) vertical(n int) status {
	s.near = s.ref.beyond(s.a0, s.colour(), s.near)
	a1 := int(s.ref[s.near]) + n
	if a1 <= s.a0 || a1 > s.width {
		return bad
	}
	s.change(a1)
	return done
}
