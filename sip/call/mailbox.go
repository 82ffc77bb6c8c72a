package call

import "sync"

// maxMail is how many events may wait for a call. A peer that makes more than its
// call can handle loses the call; one that calls for help loses the events.
const maxMail = 512

// message is something for a call to do. leg is whose event it is, nil for the call's
// own: an event follows its leg when the leg moves to another call.
type message struct {
	leg *leg
	do  func(*Call)
	// lost is done instead when the call ends first.
	lost func()
}

// mailbox is how anything reaches a call's goroutine. Putting never waits.
type mailbox struct {
	wake chan struct{} // capacity 1

	mu       sync.Mutex
	list     []message
	closed   bool
	overflow bool
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// put adds a message; it is dropped when the call is over or too slow.
func (b *mailbox) put(m message) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.add(m)
}

func (b *mailbox) add(m message) bool {
	if b.closed {
		return false
	}
	if len(b.list) >= maxMail {
		b.overflow = true
		b.signal()
		return false
	}
	b.list = append(b.list, m)
	b.signal()
	return true
}

func (b *mailbox) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// next takes the first message. overflow says some were dropped.
func (b *mailbox) next() (m message, ok, overflow bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.list) == 0 {
		b.list = nil // a busy moment's memory is given back
		return message{}, false, b.overflow
	}
	m, b.list[0] = b.list[0], message{}
	b.list = b.list[1:]
	return m, true, b.overflow
}

// forgive goes on after events were dropped.
func (b *mailbox) forgive() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.overflow = false
}

// close takes no more and gives back what was not handled.
func (b *mailbox) close() (left []message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	left, b.list, b.closed = b.list, nil, true
	return left
}

// take removes the messages of one leg, in order. Callers hold b.mu.
func (b *mailbox) take(l *leg) (moved []message) {
	kept := b.list[:0]
	for _, m := range b.list {
		if m.leg == l {
			moved = append(moved, m)
		} else {
			kept = append(kept, m)
		}
	}
	clear(b.list[len(kept):])
	b.list = kept
	return moved
}
