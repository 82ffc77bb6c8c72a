package sip

import (
	"context"
	"errors"
	"hash/maphash"
	"net/netip"
	"runtime"
	"sync"

	"dialtone/internal/udpio"
	"dialtone/sip/dialog"
	"dialtone/sip/transaction"
)

const (
	// maxQueued is how many datagrams wait in a lane; more are dropped, as a full socket
	// would. There is as much room again for emergency calls.
	maxQueued = 1024
	// maxLanes bounds the lanes.
	maxLanes = 8
)

// lanes bring the datagrams of calls from the readers to the dialogs, those of one call in
// their order: of a 180 and a 200 that came together the 200 must not be first. A few
// goroutines that live long do it, for starting one for each message costs as much as most
// messages do.
type lanes struct {
	seed maphash.Seed
	list []*lane
}

// lane is a queue and the goroutine that works it off.
type lane struct {
	edge *Server
	wake chan struct{} // capacity 1: there is something to do

	mu    sync.Mutex
	queue []passed
}

// passed is a message on its way to the dialogs, which keep it.
type passed struct {
	message []byte
	line    transaction.Line
	origin  dialog.Origin
}

func newLanes(s *Server) *lanes {
	l := &lanes{seed: maphash.MakeSeed()}
	for range min(runtime.GOMAXPROCS(0), maxLanes) {
		l.list = append(l.list, &lane{edge: s, wake: make(chan struct{}, 1)})
	}
	return l
}

// push queues a message of a call; false when there is no room.
func (l *lanes) push(callID []byte, p passed) bool {
	return l.list[maphash.Bytes(l.seed, callID)%uint64(len(l.list))].push(p)
}

func (l *lane) push(p passed) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.queue); n >= 2*maxQueued || n >= maxQueued && !p.origin.Emergency {
		l.edge.metrics.overrun.Inc()
		return false
	}
	l.queue = append(l.queue, p)
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return true
}

// take exchanges the queue for an empty one.
func (l *lane) take(empty []passed) []passed {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.queue
	l.queue = empty
	return taken
}

// serve hands on what comes until ctx ends.
func (l *lane) serve(ctx context.Context) {
	var list []passed
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		list = l.take(list[:0])
		for i := range list {
			l.hand(&list[i])
		}
		clear(list)
	}
}

// hand keeps a panic within one message.
func (l *lane) hand(p *passed) {
	defer l.edge.recover("message")
	l.edge.endpoint.Receive(p.message, p.line, p.origin)
}

// datagrams are the way to an address from one of our sockets.
type datagrams struct {
	socket *udpSocket
	to     netip.AddrPort
	from   netip.Addr // of ours; the zero value leaves it to the kernel
}

// Send sends a datagram. What the kernel has no room for is lost, as on any network.
func (d datagrams) Send(message []byte) error {
	if len(message) > maxDatagram {
		return errTooLong
	}
	d.socket.send([]udpio.Packet{{Data: message, Peer: d.to, Local: d.from}})
	return nil
}

// Reliable tells that datagrams may be lost.
func (datagrams) Reliable() bool { return false }

// maxDatagram is the largest UDP message sent.
const maxDatagram = 65507

var errTooLong = errors.New("the message is too long for a datagram")

// connection is the way over a connection.
type connection struct{ *stream }

// Send writes a message. A peer that does not read loses the connection.
func (c connection) Send(message []byte) error { return c.write(message) }

// Reliable tells that nothing is lost.
func (connection) Reliable() bool { return true }
