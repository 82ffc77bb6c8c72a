package sip

import (
	"context"
	"errors"
	"sync"
	"time"
)

// handLinger is how long a hand waits for more to do.
const handLinger = 10 * time.Second

// errPanicked ends the connection whose message caused a panic.
var errPanicked = errors.New("panic")

// hands are goroutines that answer the messages of connections. A connection's own
// goroutine does nothing but wait, so that its stack stays small: most connections say
// nothing most of the time, and a stack that has grown for one message is kept.
type hands struct {
	idle   chan *errand // nothing waits in it
	closed chan struct{}
	all    sync.WaitGroup
}

// errand is one message to be answered.
type errand struct {
	stream  *stream
	ctx     context.Context
	message []byte
	done    chan error // capacity 1
}

func newHands() *hands { return &hands{idle: make(chan *errand), closed: make(chan struct{})} }

// close sends the hands away; nothing is done any more.
func (h *hands) close() {
	close(h.closed)
	h.all.Wait()
}

// do has a hand answer a message, and waits for it.
func (h *hands) do(e *errand) error {
	select {
	case h.idle <- e:
	default:
		h.all.Go(func() { h.work(e) })
	}
	return <-e.done
}

// work runs one errand and those that come soon after.
func (h *hands) work(e *errand) {
	linger := time.NewTimer(handLinger)
	defer linger.Stop()
	for {
		e.run()
		linger.Reset(handLinger)
		select {
		case e = <-h.idle:
		case <-linger.C:
			return
		case <-h.closed:
			return
		}
	}
}

// run keeps a panic within the connection.
func (e *errand) run() {
	err := errPanicked
	defer func() { e.done <- err }()
	defer e.stream.edge.recover("connection")
	err = e.stream.handle(e.ctx, e.message)
}
