package sip

import (
	"net/netip"
	"sync"
	"time"
)

// tagLinger is how long a local tag is let in after its dialog has ended, at least: the
// ACK to a final answer and what is sent again still find their transaction
// (RFC 3261 17.2.1, timer H).
const tagLinger = 35 * time.Second

// tags are the local tags of dialogs. A request that names one is passed on, whoever
// sent it: a tag is 64 bits nobody can guess.
type tags struct {
	mu          sync.RWMutex
	live        map[string]struct{}
	ended, gone map[string]struct{} // of this period and of the one before
	turned      time.Time
}

func newTags() *tags {
	return &tags{live: map[string]struct{}{}, ended: map[string]struct{}{}, gone: map[string]struct{}{}}
}

func (t *tags) has(tag []byte) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if _, ok := t.live[string(tag)]; ok {
		return true
	}
	if _, ok := t.ended[string(tag)]; ok {
		return true
	}
	_, ok := t.gone[string(tag)]
	return ok
}

func (t *tags) add(tag string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live[tag] = struct{}{}
}

// remove ends a tag's dialog; the tag lingers.
func (t *tags) remove(tag string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.live[tag]; !ok {
		return
	}
	delete(t.live, tag)
	if now.Sub(t.turned) >= tagLinger {
		t.ended, t.gone, t.turned = map[string]struct{}{}, t.ended, now
	}
	t.ended[tag] = struct{}{}
}

// invitation names an INVITE that is being answered.
type invitation struct {
	callID string
	cseq   uint32
}

// invitations are the INVITEs a CANCEL may come for, and where each came from.
type invitations struct {
	mu     sync.RWMutex
	source map[invitation]netip.AddrPort
}

func (t *invitations) has(callID []byte, cseq uint32, source netip.AddrPort) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	at, ok := t.source[invitation{string(callID), cseq}]
	return ok && at == source
}

func (t *invitations) add(callID string, cseq uint32, source netip.AddrPort) (done func()) {
	key := invitation{callID, cseq}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.source[key] = source
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.source, key)
	}
}

// fromTrunk tells whether a message comes from a provider account's address.
func (s *Server) fromTrunk(f flow) bool { return s.recognise != nil && s.recognise(f.source) }
