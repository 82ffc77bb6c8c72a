package netx

import "sync"

// pendingSet are the handshakes under way, in the order they began.
type pendingSet struct {
	mu     sync.Mutex
	oldest *handshake
	newest *handshake
	n      int
	closed bool
}

// add lists h, unless there are limit of them that all wait for us. If there
// are limit, the oldest that waits for its client is no longer listed and
// returned, for the caller to close.
func (s *pendingSet) add(h *handshake, limit int) (evicted *handshake, added bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, false
	}
	if s.n >= limit {
		evicted = s.oldest
		for evicted != nil && !evicted.waiting.Load() {
			evicted = evicted.next
		}
		if evicted == nil {
			return nil, false
		}
		s.unlink(evicted)
	}
	h.prev, h.listed = s.newest, true
	if s.newest == nil {
		s.oldest = h
	} else {
		s.newest.next = h
	}
	s.newest = h
	s.n++
	return evicted, true
}

// remove reports whether h was still listed.
func (s *pendingSet) remove(h *handshake) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !h.listed {
		return false
	}
	s.unlink(h)
	return true
}

func (s *pendingSet) unlink(h *handshake) {
	if h.prev == nil {
		s.oldest = h.next
	} else {
		h.prev.next = h.next
	}
	if h.next == nil {
		s.newest = h.prev
	} else {
		h.next.prev = h.prev
	}
	h.prev, h.next, h.listed = nil, nil, false
	s.n--
}

func (s *pendingSet) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// close closes all connections and lets no more in.
func (s *pendingSet) close() {
	s.mu.Lock()
	var all []*handshake
	for h := s.oldest; h != nil; h = h.next {
		all = append(all, h)
	}
	s.closed = true
	s.mu.Unlock()
	for _, h := range all {
		_ = h.Close() // its handshake fails
	}
}
