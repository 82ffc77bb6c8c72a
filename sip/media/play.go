package media

// player plays one source to one stream.
type player struct {
	source  Source
	clip    *Clip // nil: the source has none in a codec of the peer
	pt      uint8
	clock   int
	at      int  // the next frame
	talking bool // the frame before was sent
}

// Play sends a source to the peer until it ends, Stop, Join, or another Play; a stream
// that is joined gets nothing else meanwhile. It may come before the stream is negotiated.
func (s *Stream) Play(source Source) {
	if source == nil {
		s.Stop()
		return
	}
	s.engage(func(*loop) {
		f := &s.flow
		f.player = player{source: source}
		if p := s.reach(); p != nil {
			f.player.choose(p)
		}
	})
}

// Stop ends what Play started.
func (s *Stream) Stop() {
	l := s.loop.Load()
	l.post(func() {
		s.flow.player = player{}
		if !s.flow.digits.busy() {
			l.dropMaker(s)
		}
	}, false)
}

// choose takes the source in the first of the peer's codecs that it has.
func (p *player) choose(path *path) {
	old := p.clip
	p.clip = nil
	for _, c := range path.voices {
		if clip := p.source.Clip(c); clip != nil && len(clip.Frames) > 0 {
			p.clip, p.pt, p.clock = clip, c.PT, c.Clock
			break
		}
	}
	if p.clip != nil && old != nil && len(old.Frames) != len(p.clip.Frames) {
		p.at = 0
	}
}

// next is the frame to send now; false at the end.
func (p *player) next(frames uint64) (payload []byte, more bool) {
	n := len(p.clip.Frames)
	if p.clip.Live {
		return p.clip.Frames[frames%uint64(n)], true
	}
	if p.at >= n {
		if !p.clip.Loop {
			return nil, false
		}
		p.at = 0
	}
	p.at++
	return p.clip.Frames[p.at-1], true
}

// makeFrame sends what is due in this frame; false when there is nothing more to make.
func (s *Stream) makeFrame(l *loop) bool {
	f := &s.flow
	p := s.reach()
	ready := p != nil && p.kind == Audio
	if f.digits.busy() && ready {
		s.makeDigit(l, p)
		f.player.talking = false
		return f.digits.busy() || f.player.source != nil
	}
	if f.player.source == nil {
		return f.digits.busy()
	}
	if f.player.clip == nil {
		return true
	}
	payload, more := f.player.next(l.frames)
	if !more {
		source := f.player.source
		f.player = player{}
		s.tell(Played{Source: source})
		return false
	}
	if len(payload) == 0 || !ready || !p.sends || len(payload) > maxDatagram-headerSize {
		f.player.talking = false
		return true
	}
	s.sendFrame(l, payload)
	return true
}

func (s *Stream) sendFrame(l *loop, payload []byte) {
	f := &s.flow
	o := &f.out
	first := !f.player.talking || o.from != nil
	h := header{pt: f.player.pt, marker: first, ssrc: o.ssrc}
	h.seq, h.ts = o.own(l.now, f.player.clock, samples(frame, f.player.clock), first)
	f.player.talking = true
	b := l.out[:headerSize+len(payload)]
	h.put(b)
	copy(b[headerSize:], payload)
	s.transmit(l, b)
}
