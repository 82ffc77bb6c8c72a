package registrar

import (
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// EventKind is what happened to a binding.
type EventKind uint8

// The kinds of events.
const (
	Registered   EventKind = iota + 1 // new
	Refreshed                         // kept, with a new expiry and perhaps a new contact or flow
	Expired                           // its time ran out
	Unregistered                      // removed: by the phone, with its connection, or by Remove
	Evicted                           // made room for a newer one
)

// Event is one change of one binding. Events of an AOR come in the order of its
// changes, after the commit that carried them.
type Event struct {
	Kind    EventKind
	Binding Binding // as it is now, or was
}

// Subscription receives events. A subscriber that does not keep up loses events
// and is told so by Lost; it never holds up the registrar.
type Subscription struct {
	// Events delivers; it is never closed.
	Events <-chan Event

	ch   chan Event
	lost atomic.Uint64
	hub  *hub
}

// Lost returns how many events did not fit since the last call. After a loss the
// bindings have to be read again.
func (s *Subscription) Lost() uint64 { return s.lost.Swap(0) }

// Close ends the subscription.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.subscribers, s)
}

// Subscribe returns a subscription that holds up to buffer undelivered events.
func (r *Registrar) Subscribe(buffer int) *Subscription {
	ch := make(chan Event, max(buffer, 1))
	s := &Subscription{Events: ch, ch: ch, hub: &r.events}
	r.events.mu.Lock()
	defer r.events.mu.Unlock()
	if r.events.subscribers == nil {
		r.events.subscribers = make(map[*Subscription]struct{})
	}
	r.events.subscribers[s] = struct{}{}
	return s
}

// hub hands events to subscribers.
type hub struct {
	mu          sync.Mutex
	subscribers map[*Subscription]struct{}
	lost        prometheus.Counter
}

// publish never blocks: what a subscriber has no room for is counted.
func (h *hub) publish(list []Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subscribers {
		for i := range list {
			select {
			case s.ch <- list[i]:
			default:
				s.lost.Add(1)
				h.lost.Inc()
			}
		}
	}
}
