package registrar

import (
	"hash/maphash"
	"sync"
	"time"
)

// shardCount spreads AORs so that two updates rarely meet on a mutex.
const shardCount = 256

// shard is a part of the table. Locks are taken in the order shard, index of
// accounts or connections, committer.
type shard struct {
	mu   sync.Mutex
	aors index
	next change // scratch of the update that holds mu
}

// locate gives the shard of an AOR and its hash there.
func locate[T []byte | string](r *Registrar, name T) (*shard, uint32) {
	h := maphash.String(r.seed, string(name))
	return &r.shards[h%shardCount], uint32(h >> 32)
}

// Lookup appends the live bindings of aor (user@domain) to dst, in order of
// registration.
func (r *Registrar) Lookup(dst []Binding, aor []byte, now time.Time) []Binding {
	s, h := locate(r, aor)
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := lookUp(&s.aors, h, aor); a != nil {
		dst = a.appendLive(dst, unix(now))
	}
	return dst
}

// own gives the AOR to the account and credential of req, making or remaking it.
// Callers hold s.mu.
func (r *Registrar) own(s *shard, h uint32, a *aor, req *Request) *aor {
	if a != nil && a.credential() == req.Credential && a.account.id == req.Account {
		return a
	}
	owned := newAOR(req.AOR, req.Credential)
	if a != nil {
		owned.bindings = a.bindings
		r.accounts.remove(a)
	}
	s.aors.put(h, owned)
	r.accounts.add(owned, req.Account)
	return owned
}

// remove takes binding i out of a, whose order is kept. An event says why.
// Callers hold the shard's mutex and settle a afterwards.
func (r *Registrar) remove(a *aor, i int, why EventKind, ch *change) {
	ch.event(why, a.view(i))
	old := a.bindings[i].connection
	a.bindings = append(a.bindings[:i], a.bindings[i+1:]...)
	a.bindings[:len(a.bindings)+1][len(a.bindings)] = binding{} // release its text
	r.disconnect(a, old)
	r.metrics.bindings.Dec()
}

// settle queues a's new state for the log and drops a when nothing is left of it.
func (r *Registrar) settle(s *shard, a *aor, ch *change) error {
	defer ch.reset(nil)
	ch.aor = a
	if len(a.bindings) == 0 {
		_, h := locate(r, a.name())
		s.aors.remove(h, a.name())
		r.accounts.remove(a)
	}
	return r.commits.enqueue(ch)
}

// appendCurrent appends the record of aor as it is now, nothing when it has no
// bindings.
func (r *Registrar) appendCurrent(dst []byte, aor string) []byte {
	s, h := locate(r, aor)
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := lookUp(&s.aors, h, aor); a != nil {
		dst = a.appendRecord(dst)
	}
	return dst
}
