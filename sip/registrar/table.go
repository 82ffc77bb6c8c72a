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
	aors map[string]*aor // keyed by a slice of the AOR's own id
	next change          // scratch of the update that holds mu
}

func (r *Registrar) shard(name []byte) *shard {
	return &r.shards[maphash.Bytes(r.seed, name)%shardCount]
}

// shardOf is shard for a name that is a string already.
func (r *Registrar) shardOf(name string) *shard {
	return &r.shards[maphash.String(r.seed, name)%shardCount]
}

// Lookup appends the live bindings of aor (user@domain) to dst, in order of
// registration.
func (r *Registrar) Lookup(dst []Binding, aor []byte, now time.Time) []Binding {
	s := r.shard(aor)
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.aors[string(aor)]; a != nil {
		dst = a.appendLive(dst, unix(now))
	}
	return dst
}

// own gives the AOR to the account and credential of req, making or remaking it.
// Callers hold s.mu.
func (r *Registrar) own(s *shard, a *aor, req *Request) *aor {
	if a != nil && a.credential() == req.Credential && a.account.id == req.Account {
		return a
	}
	owned := newAOR(req.AOR, req.Credential)
	if a != nil {
		owned.bindings = a.bindings
		r.accounts.remove(a)
		delete(s.aors, a.name()) // the key must not keep the old id alive
	}
	s.aors[owned.name()] = owned
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
		delete(s.aors, a.name())
		r.accounts.remove(a)
	}
	return r.commits.enqueue(ch)
}

// appendCurrent appends the record of aor as it is now, nothing when it has no
// bindings.
func (r *Registrar) appendCurrent(dst []byte, aor string) []byte {
	s := r.shardOf(aor)
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.aors[aor]; a != nil {
		dst = a.appendRecord(dst)
	}
	return dst
}
