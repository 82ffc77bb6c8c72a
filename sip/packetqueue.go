package sip

import (
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"dialtone/internal/udpio"
)

// maxQueued is how many datagrams wait for the SIP library; more are dropped, as a
// full socket would.
const maxQueued = 1024

// packetQueue is the SIP library's UDP socket: it reads what the readers pass on and
// writes through one of their sockets.
type packetQueue struct {
	socket  *udpSocket
	packets chan queued
	closed  chan struct{}
	once    sync.Once
}

type queued struct {
	data []byte
	from netip.AddrPort
}

func newPacketQueue(socket *udpSocket) *packetQueue {
	return &packetQueue{socket: socket, packets: make(chan queued, maxQueued), closed: make(chan struct{})}
}

// push queues a datagram for the library, which keeps it.
func (q *packetQueue) push(data []byte, from netip.AddrPort) {
	select {
	case q.packets <- queued{data, from}:
	default:
		q.socket.edge.metrics.overrun.Inc()
	}
}

// ReadFrom waits for the next datagram; the only error is net.ErrClosed. The library
// starts a goroutine for each, and the one started last would run first: a 200 before the
// 180 that came with it. So the one before goes ahead.
func (q *packetQueue) ReadFrom(b []byte) (int, net.Addr, error) {
	if len(q.packets) > 0 {
		runtime.Gosched()
	}
	select {
	case p := <-q.packets:
		return copy(b, p.data), net.UDPAddrFromAddrPort(p.from), nil
	case <-q.closed:
		return 0, nil, net.ErrClosed
	}
}

// WriteTo sends a datagram.
func (q *packetQueue) WriteTo(b []byte, to net.Addr) (int, error) {
	select {
	case <-q.closed:
		return 0, net.ErrClosed
	default:
	}
	q.socket.send([]udpio.Packet{{Data: b, Peer: addrPort(to)}})
	return len(b), nil
}

// Close ends the library's reader.
func (q *packetQueue) Close() error {
	q.once.Do(func() { close(q.closed) })
	return nil
}

// LocalAddr is the address the sockets are bound to.
func (q *packetQueue) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(q.socket.conn.LocalAddr()) }

// Deadlines are not used by the library.

// SetDeadline does nothing.
func (q *packetQueue) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (q *packetQueue) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (q *packetQueue) SetWriteDeadline(time.Time) error { return nil }
