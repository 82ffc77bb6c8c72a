package admin

import (
	"context"
	"sync"

	"dialtone/store/record"
)

// Bounds of a hub: subscribers in all and of one account, and the events that wait for
// one of them.
const (
	maxSubscribers        = 1000
	maxAccountSubscribers = 100
	maxWaitingEvents      = 256
)

// Hub hands events to who watches an account. It never waits for a subscriber: one that
// is too slow is let go, and starts again from a snapshot.
type Hub struct {
	mu          sync.Mutex
	subscribers map[record.ID]map[chan Event]struct{} // by account
	count       int
	closed      bool
}

// Publish tells the account's subscribers of an event. Data is not changed afterwards.
func (h *Hub) Publish(account record.ID, e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for events := range h.subscribers[account] {
		select {
		case events <- e:
		default:
			h.drop(account, events)
		}
	}
}

// Watched says whether an account has subscribers.
func (h *Hub) Watched(account record.ID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subscribers[account]) > 0
}

// Subscribe gives the events of an account from now on. The channel is closed when ctx
// has ended, the subscriber is too slow, there are too many, or the hub is closed.
func (h *Hub) Subscribe(ctx context.Context, account record.ID) <-chan Event {
	events := make(chan Event, maxWaitingEvents)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.count >= maxSubscribers || len(h.subscribers[account]) >= maxAccountSubscribers {
		close(events)
		return events
	}
	if h.subscribers == nil {
		h.subscribers = map[record.ID]map[chan Event]struct{}{}
	}
	if h.subscribers[account] == nil {
		h.subscribers[account] = map[chan Event]struct{}{}
	}
	h.subscribers[account][events] = struct{}{}
	h.count++
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.drop(account, events)
	})
	return events
}

// drop lets a subscriber go; the caller holds the lock.
func (h *Hub) drop(account record.ID, events chan Event) {
	list := h.subscribers[account]
	if _, subscribed := list[events]; !subscribed {
		return
	}
	delete(list, events)
	if len(list) == 0 {
		delete(h.subscribers, account)
	}
	h.count--
	close(events)
}

// Close lets every subscriber go.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for account, list := range h.subscribers {
		for events := range list {
			h.drop(account, events)
		}
	}
}
