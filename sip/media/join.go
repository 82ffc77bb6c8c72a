package media

// Join relays both ways between two streams of one engine, which leave what they were
// joined to and stop playing. It may come before or after either is negotiated and needs
// no repeating when one is renegotiated. ErrNoCodec says that both are negotiated and no
// audio can pass; digits may.
func Join(a, b *Stream) error {
	a.Leave()
	b.Leave()
	a.Stop()
	b.Stop()
	b.move(a.loop.Load())
	if !a.link(b) || !b.link(a) {
		a.Leave()
		b.Leave()
		return ErrClosed
	}
	p, q := a.path.Load(), b.path.Load()
	if p != nil && q != nil && !passes(p, q) && !passes(q, p) {
		return ErrNoCodec
	}
	return nil
}

func (s *Stream) link(other *Stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s == other {
		return false
	}
	s.other = other
	s.to.Store(other)
	return true
}

// Leave ends a Join. Nothing is sent then until the next Join or Play.
func (s *Stream) Leave() {
	if other := s.unlink(nil); other != nil {
		other.unlink(s)
	}
}

// unlink forgets the other stream if it is the one given, any for nil.
func (s *Stream) unlink(from *Stream) *Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	other := s.other
	if from != nil && other != from {
		return nil
	}
	s.other = nil
	s.to.Store(nil)
	return other
}

// Joined is the stream this one is joined to, nil if none.
func (s *Stream) Joined() *Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.other
}

// move gives the stream to another loop, between two packets. The old loop hands over
// what it has of it.
func (s *Stream) move(to *loop) {
	from := s.loop.Load()
	if from == to {
		return
	}
	from.wait(func() {
		if s.flow.gone {
			return
		}
		from.unwatch(s)
		from.leave(s)
		s.loop.Store(to)
		to.enter(s)
		if err := to.watch(s); err != nil {
			from.e.log.Error("media socket lost", "port", s.pair.port, "err", err)
		}
	})
}
