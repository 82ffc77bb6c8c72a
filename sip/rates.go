package sip

import (
	"hash/maphash"
	"sync/atomic"
	"time"

	"dialtone/sip/registrar"
)

const (
	// maxPerSecond is how many authenticated REGISTERs an AOR may send in a second.
	maxPerSecond = 5
	// staleLoop is how many good answers to stale nonces in a minute are a loop.
	staleLoop = 5
	// rateSlots is how many AORs a rates table tells apart at a time.
	rateSlots = 1 << 16
)

// rates counts what AORs do in the current period. It is a fixed table: an AOR whose
// slot another one takes is counted anew, so it forgets rather than grows.
type rates struct {
	period time.Duration
	most   uint64
	seed   maphash.Seed
	// each slot is a tag of 16 bits, the period's number of 32, and a count of 16
	slots [rateSlots]atomic.Uint64
}

func newRates(most uint64, period time.Duration) *rates {
	return &rates{period: period, most: most, seed: maphash.MakeSeed()}
}

// take counts one event of an AOR and tells whether it is within the limit.
func (r *rates) take(aor []byte, now time.Time) bool {
	h := maphash.Bytes(r.seed, aor)
	slot := &r.slots[h%rateSlots]
	head := (h>>48)<<48 | uint64(uint32(now.UnixNano()/int64(r.period)))<<16
	for {
		old := slot.Load()
		next := head | 1
		if old&^0xffff == head {
			if old&0xffff >= r.most {
				return false
			}
			next = old + 1
		}
		if slot.CompareAndSwap(old, next) {
			return true
		}
	}
}

// staled notes a right answer to a stale nonce; a phone that keeps giving them never
// gets registered, and its administrator should know why.
func (s *Server) staled(r *registration, id *identity, now time.Time) {
	if id.domain == nil {
		return
	}
	aor := append(append(append([]byte(nil), r.user...), '@'), r.domain...)
	if !s.stale.take(aor, now) {
		s.failed(r, id, registrar.CauseStaleNonceLoop, now)
	}
}
