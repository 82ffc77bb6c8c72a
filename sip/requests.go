package sip

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"dialtone/internal/udpio"
	"dialtone/sip/registrar"
)

// Timers of a request of ours (RFC 3261 table 4).
const (
	timerT1 = 500 * time.Millisecond
	timerT2 = 4 * time.Second
	timerF  = 64 * timerT1
)

// maxRequests bounds the requests of ours that wait for an answer, and maxWriting those
// that are being written to connections at once.
const (
	maxRequests = 65536
	maxWriting  = 256
)

var (
	errTooManyRequests = errors.New("too many requests wait for an answer")
	errNoAnswer        = errors.New("no answer")
)

// request is one of ours that is not INVITE: the client transaction of RFC 3261 17.1.2
// with the bytes it sends. NOTIFYs come by the thousand when a lamp changes; the
// a dialog's transactions would cost ten times as much.
type request struct {
	branch string
	data   []byte
	to     flow
	done   func(status int, err error)

	due, ends time.Time
	interval  time.Duration
	index     int // in the heap, -1 when answered
}

// requests are those that wait for an answer, the next one due first.
type requests struct {
	mu      sync.Mutex
	waiting map[string]*request
	queue   requestHeap
	wake    chan struct{} // capacity 1: an earlier one is due
	writing chan struct{} // a place for each write to a connection
}

func newRequests() *requests {
	return &requests{waiting: map[string]*request{}, wake: make(chan struct{}, 1), writing: make(chan struct{}, maxWriting)}
}

// send sends requests and calls each one's done once, with the final answer's status or
// why there is none. done must not block.
func (s *Server) send(list []*request) {
	now := s.now()
	var datagrams []udpio.Packet
	listener := -1
	flush := func() {
		if len(datagrams) > 0 {
			s.udp[listener].sockets[0].send(datagrams)
			datagrams = datagrams[:0]
		}
	}
	for _, r := range list {
		if err := s.requests.add(r, now); err != nil {
			r.done(0, err)
			continue
		}
		if r.to.transport != registrar.UDP {
			s.writeStream(r)
			continue
		}
		if int(r.to.listener) >= len(s.udp) {
			s.requests.end(r, 0, errListenerGone)
			continue
		}
		if listener != int(r.to.listener) || len(datagrams) == udpBatch {
			flush()
			listener = int(r.to.listener)
		}
		datagrams = append(datagrams, udpio.Packet{Data: r.data, Peer: r.to.source})
	}
	flush()
	s.requests.poke()
}

var errListenerGone = errors.New("its listener is gone")

// writeStream writes a request to its connection without waiting for it: a peer that
// does not read holds up nobody else.
func (s *Server) writeStream(r *request) {
	c := s.streams.get(r.to.connection)
	if c == nil {
		s.requests.end(r, 0, errConnectionGone)
		return
	}
	select {
	case s.requests.writing <- struct{}{}:
	default:
		s.requests.end(r, 0, errTooManyRequests)
		return
	}
	s.outgoing.Go(func() {
		defer func() { <-s.requests.writing }()
		if err := c.write(r.data); err != nil {
			s.requests.end(r, 0, fmt.Errorf("cannot write to %s: %w", r.to.source, err))
		}
	})
}

var errConnectionGone = errors.New("its connection is closed")

// serveRequests sends again what is not answered, until ctx ends.
func (s *Server) serveRequests(ctx context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		now := s.now()
		again, next := s.requests.tick(now)
		for _, r := range again {
			s.udp[r.to.listener].sockets[0].send([]udpio.Packet{{Data: r.data, Peer: r.to.source}})
		}
		timer.Reset(next)
		select {
		case <-ctx.Done():
			s.requests.fail(ctx.Err())
			return nil
		case <-timer.C:
		case <-s.requests.wake:
		}
	}
}

func (q *requests) add(r *request, now time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= maxRequests {
		return errTooManyRequests
	}
	r.interval, r.ends = timerT1, now.Add(timerF)
	r.due = now.Add(timerT1)
	if r.to.transport != registrar.UDP {
		r.due = r.ends
	}
	q.waiting[r.branch] = r
	heap.Push(&q.queue, r)
	return nil
}

func (q *requests) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// answered ends the request with a branch, if its final answer comes from where it was
// sent; true tells that the response was for one of ours.
func (q *requests) answered(branch []byte, status int, source netip.AddrPort) bool {
	q.mu.Lock()
	r := q.waiting[string(branch)]
	if r == nil || r.to.source != source {
		q.mu.Unlock()
		return false
	}
	if status < 200 {
		r.interval = timerT2
		q.mu.Unlock()
		return true
	}
	q.removeLocked(r)
	q.mu.Unlock()
	r.done(status, nil)
	return true
}

// end ends a request that has not been answered.
func (q *requests) end(r *request, status int, err error) {
	q.mu.Lock()
	live := q.waiting[r.branch] == r
	if live {
		q.removeLocked(r)
	}
	q.mu.Unlock()
	if live {
		r.done(status, err)
	}
}

func (q *requests) removeLocked(r *request) {
	delete(q.waiting, r.branch)
	if r.index >= 0 {
		heap.Remove(&q.queue, r.index)
	}
}

// tick takes what is due: to be sent again, and, told so, what got no answer. next is
// how long until the next one is due.
func (q *requests) tick(now time.Time) (again []*request, next time.Duration) {
	var expired []*request
	q.mu.Lock()
	for len(q.queue) > 0 && !q.queue[0].due.After(now) {
		r := q.queue[0]
		if !r.ends.After(now) {
			q.removeLocked(r)
			expired = append(expired, r)
			continue
		}
		again = append(again, r)
		r.interval = min(2*r.interval, timerT2)
		r.due = now.Add(r.interval)
		if r.due.After(r.ends) {
			r.due = r.ends
		}
		heap.Fix(&q.queue, 0)
	}
	next = time.Hour
	if len(q.queue) > 0 {
		next = q.queue[0].due.Sub(now)
	}
	q.mu.Unlock()
	for _, r := range expired {
		r.done(0, errNoAnswer)
	}
	return again, next
}

// fail ends all requests.
func (q *requests) fail(err error) {
	q.mu.Lock()
	list := q.queue
	q.queue, q.waiting = nil, map[string]*request{}
	q.mu.Unlock()
	for _, r := range list {
		r.done(0, err)
	}
}

// requestHeap orders requests by when they are due.
type requestHeap []*request

func (h requestHeap) Len() int           { return len(h) }
func (h requestHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h requestHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push adds one (container/heap).
func (h *requestHeap) Push(x any) {
	r := x.(*request)
	r.index = len(*h)
	*h = append(*h, r)
}

// Pop takes the last one (container/heap).
func (h *requestHeap) Pop() any {
	old := *h
	r := old[len(old)-1]
	old[len(old)-1] = nil
	*h, r.index = old[:len(old)-1], -1
	return r
}
