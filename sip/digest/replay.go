package digest

import "sync"

// DefaultMaxUsed is the number of used nonces remembered when [NonceConfig] does not say.
const DefaultMaxUsed = 1 << 20

const (
	usedShards  = 64 // a power of two
	generations = 8  // nonces are forgotten in slices of an eighth of their validity
	// ncWindow is how far behind the highest nc a late request may be.
	ncWindow = 64
)

// usedTable remembers which (nonce, nc) pairs were used. A serial is unique in
// this process, so it stands for its nonce.
type usedTable struct {
	shards [usedShards]usedShard
}

// usedShard keeps its nonces by the slice of time they were made in. Slices that
// have expired are dropped whole; when the shard is full the oldest slice is
// dropped early, and floor makes its nonces stale, so nothing is ever replayed
// and new nonces always find room.
type usedShard struct {
	mu     sync.Mutex
	slices [generations + 2]usedSlice // a ring: validity may straddle two more
	newest int64
	floor  int64 // slices below it are forgotten
	count  int
	limit  int
	width  int64 // seconds a slice
}

type usedSlice map[uint64]window

// window is the highest nc used and which of the ncWindow up to it were: bit i is top-i.
type window struct {
	bits uint64
	top  uint32
}

func (t *usedTable) init(validity int64, limit int) {
	for i := range t.shards {
		t.shards[i].limit = max(limit/usedShards, 1)
		t.shards[i].width = (validity + generations - 1) / generations
	}
}

func (t *usedTable) use(serial uint64, made, nc uint32) Freshness {
	s := &t.shards[serial%usedShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.use(serial, int64(made)/s.width, nc)
}

func (s *usedShard) use(serial uint64, slice int64, nc uint32) Freshness {
	s.advance(slice)
	if slice < s.floor {
		return Stale
	}
	m := s.at(slice)
	w, known := (*m)[serial]
	if !known && !s.makeRoom(slice) {
		return Stale
	}
	verdict := w.mark(nc, known)
	if verdict != Fresh {
		return verdict
	}
	if *m == nil {
		*m = make(usedSlice)
	}
	if !known {
		s.count++
	}
	(*m)[serial] = w
	return Fresh
}

func (s *usedShard) at(slice int64) *usedSlice { return &s.slices[slice%int64(len(s.slices))] }

// advance drops the slices that fall out of the ring when time moves to slice.
func (s *usedShard) advance(slice int64) {
	if slice <= s.newest {
		return
	}
	s.newest = slice
	ring := int64(len(s.slices))
	if s.newest-ring+1-s.floor > ring { // idle for longer than the whole ring
		s.floor = s.newest - 2*ring + 1
	}
	for s.floor <= s.newest-ring {
		s.dropOldest()
	}
}

func (s *usedShard) dropOldest() {
	m := s.at(s.floor)
	s.count -= len(*m)
	*m = nil
	s.floor++
}

// makeRoom makes room for one more nonce of slice by forgetting older slices.
func (s *usedShard) makeRoom(slice int64) bool {
	for s.count >= s.limit && s.floor < slice {
		s.dropOldest()
	}
	return s.count < s.limit
}

// mark records nc. A nonce used without nc is good once, and never with nc too.
func (w *window) mark(nc uint32, known bool) Freshness {
	switch {
	case !known:
		*w = window{bits: 1, top: nc}
		return Fresh
	case nc == 0 || w.top == 0:
		return Replayed
	case nc > w.top:
		w.bits = w.bits<<min(nc-w.top, ncWindow) | 1 // a shift of 64 leaves 0
		w.top = nc
		return Fresh
	case w.top-nc >= ncWindow:
		return Stale
	case w.bits>>(w.top-nc)&1 != 0:
		return Replayed
	default:
		w.bits |= 1 << (w.top - nc)
		return Fresh
	}
}
