package dialog

import (
	"sync"
	"time"
)

// linger does things a fixed time later: what is over must be remembered until its
// last retransmission can have come (64 times T1). One timer serves them all.
type linger struct {
	after time.Duration
	mu    sync.Mutex
	queue []lingering
	timer *time.Timer
	ended bool
}

type lingering struct {
	at time.Time
	do func()
}

// add has do called after the fixed time, or at once when the linger has ended.
func (l *linger) add(do func()) {
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		do()
		return
	}
	defer l.mu.Unlock()
	l.queue = append(l.queue, lingering{time.Now().Add(l.after), do})
	if l.timer == nil {
		l.timer = time.AfterFunc(l.after, l.fire)
	}
}

func (l *linger) fire() {
	for _, do := range l.due() {
		do()
	}
}

func (l *linger) due() (list []func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, n := time.Now(), 0
	for n < len(l.queue) && !l.queue[n].at.After(now) {
		list = append(list, l.queue[n].do)
		l.queue[n] = lingering{}
		n++
	}
	l.queue = l.queue[n:]
	l.timer = nil
	if len(l.queue) == 0 {
		l.queue = nil
	} else if !l.ended {
		l.timer = time.AfterFunc(time.Until(l.queue[0].at), l.fire)
	}
	return list
}

// end does everything that waits.
func (l *linger) end() {
	l.mu.Lock()
	l.ended = true
	if l.timer != nil {
		l.timer.Stop()
	}
	list := l.queue
	l.queue = nil
	l.mu.Unlock()
	for _, e := range list {
		e.do()
	}
}
