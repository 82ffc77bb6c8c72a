package registrar

import (
	"context"
	"time"
)

// maxSweep bounds what one visit to a shard removes, and so how long it holds
// the shard; the rest goes the next time round.
const maxSweep = 512

// sweep visits the shards in turn, each once in Config.Sweep.
func (r *Registrar) sweep(ctx context.Context) {
	tick := time.NewTicker(max(r.cfg.Sweep/shardCount, time.Millisecond))
	defer tick.Stop()
	for i := 0; ; i = (i + 1) % shardCount {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if r.commits.admit() == nil { // the disk is behind: don't add to it
				r.sweepShard(&r.shards[i], now)
			}
			if i == 0 {
				r.commits.nudge() // tries again what could not be committed
			}
		}
	}
}

func (r *Registrar) sweepShard(s *shard, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, left := unix(now), maxSweep
	for i := 0; i < len(s.aors.aors); {
		a := s.aors.aors[i]
		if a != nil {
			if left -= r.expire(s, a, at); left <= 0 {
				return
			}
		}
		if s.aors.aors[i] == a { // else its place has been taken by the next
			i++
		}
	}
}

// expire removes what has expired from a and returns how much that was.
func (r *Registrar) expire(s *shard, a *aor, now uint32) int {
	ch := s.next.reset(nil)
	n := 0
	for i := len(a.bindings) - 1; i >= 0; i-- {
		if !a.bindings[i].live(now) {
			r.remove(a, i, Expired, ch)
			n++
		}
	}
	if n > 0 {
		_ = r.settle(s, a, ch) // fails only once the registrar has stopped
	}
	return n
}
