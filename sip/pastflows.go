package sip

import (
	"net/netip"
	"sync"
	"time"

	"dialtone/sip/registrar"
	"dialtone/sip/wire"
)

// Bounds of the flows that are remembered.
const (
	// pastLife is how long a phone whose binding has ended may still call for help without
	// being asked for its password.
	pastLife = 24 * time.Hour
	// maxPast is how many flows are remembered; the oldest make room.
	maxPast = 100_000
)

// pastFlows are the flows of bindings that have ended. They open nothing but emergency
// numbers.
type pastFlows struct {
	mu    sync.Mutex
	ended map[pastFlow]time.Time // when
	order []pastEnd              // as they ended, the oldest first
}

// pastFlow is where the phone of an AOR was heard from.
type pastFlow struct {
	aor       string // user@domain in lower case
	source    netip.AddrPort
	transport registrar.Transport
}

type pastEnd struct {
	flow pastFlow
	at   time.Time
}

func newPastFlows() pastFlows { return pastFlows{ended: map[pastFlow]time.Time{}} }

// add remembers the flow of a binding that ended at a time.
func (p *pastFlows) add(b *registrar.Binding, at time.Time) {
	f := pastFlow{string(wire.AppendLower(nil, []byte(b.AOR))), b.Source, b.Transport}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended[f] = at
	p.order = append(p.order, pastEnd{f, at})
	for len(p.order) > 0 && (len(p.order) > maxPast || at.Sub(p.order[0].at) >= pastLife) {
		oldest := p.order[0]
		p.order = p.order[1:]
		if p.ended[oldest.flow].Equal(oldest.at) { // it has not ended again since
			delete(p.ended, oldest.flow)
		}
	}
}

// has tells whether a binding of the AOR, in lower case, has ended over the flow lately.
func (p *pastFlows) has(aor []byte, f flow, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.ended[pastFlow{string(aor), f.source, f.transport}]
	return ok && now.Sub(at) < pastLife
}

// hadFrom tells whether a message comes over the flow that a binding of whom it says it is
// from had within the last day.
func (w *worker) hadFrom(f flow, now time.Time) bool {
	// What has expired and is not swept yet is still the registrar's.
	if w.hasLiveFrom(f, now.Add(-pastLife)) {
		return true
	}
	return len(w.name) > 0 && w.edge.past.has(w.aor, f, now)
}
