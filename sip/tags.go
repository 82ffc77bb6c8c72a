package sip

import (
	"net/netip"
	"sync"
)

// tags are the local tags of dialogs. A request that names one is passed on, whoever
// sent it: nobody can guess a tag.
type tags struct {
	mu   sync.RWMutex
	live map[string]struct{}
}

func (t *tags) has(tag []byte) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	_, ok := t.live[string(tag)]
	return ok
}

func (t *tags) add(tag string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live[tag] = struct{}{}
}

func (t *tags) remove(tag string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.live, tag)
}

// invitation names an INVITE that is or was being answered, and where it came from.
type invitation struct {
	callID string
	cseq   uint32
	source netip.AddrPort
}

// invitations are the INVITEs a CANCEL, or the ACK to a refusal, may come for, and how often
// each was added.
type invitations struct {
	mu    sync.RWMutex
	count map[invitation]int
}

// has tells whether there is an INVITE that a CANCEL or ACK from source may be for.
func (t *invitations) has(callID []byte, cseq uint32, source netip.AddrPort) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.count[invitation{string(callID), cseq, source}] > 0
}

func (t *invitations) add(callID string, cseq uint32, source netip.AddrPort) (done func()) {
	key := invitation{callID, cseq, source}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count[key]++
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.count[key]--; t.count[key] == 0 {
			delete(t.count, key)
		}
	})
}

// fromTrunk tells whether a message comes from a provider account's address.
func (s *Server) fromTrunk(f flow) bool { return len(s.trunks.Recognise(f.source)) > 0 }

// known tells the messages that are heard from a banned source as well: those of
// dialogs, and a trunk's.
func (w *worker) known(f flow) bool {
	m := &w.msg
	return m.To.Tag != nil && w.edge.tags.has(m.To.Tag) || w.edge.fromTrunk(f)
}
