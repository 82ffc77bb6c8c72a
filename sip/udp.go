package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"dialtone/internal/udpio"
	"dialtone/sip/registrar"
	"dialtone/sip/wire"
	"dialtone/store"
)

const (
	// udpBatch is how many datagrams a reader takes at once.
	udpBatch = 64
	// udpBuffer is asked of the kernel for each socket and direction: what a boot
	// storm delivers while the readers are busy.
	udpBuffer = 8 << 20
	// maxSockets bounds the sockets that share a UDP address.
	maxSockets = 8
	// readPause is how long a socket that fails to read is left alone.
	readPause = 10 * time.Millisecond
)

// udpListener is one UDP address, read by several sockets.
type udpListener struct {
	sockets []*udpSocket
	library *packetQueue
}

// udpSocket is one socket and the goroutine that reads it. What needs no disk is
// answered by the reader; the rest by write, once it is durable.
type udpSocket struct {
	worker
	conn     *udpio.Conn
	listener uint16
	library  *packetQueue
	out      []udpio.Packet
	replies  []byte

	pool sync.Pool // *pending

	writing sync.Mutex // guards conn's writing side

	mu        sync.Mutex
	completed []*pending
	wake      chan struct{} // capacity 1
}

// listenUDP binds as many sockets to an address as there are processors.
func (s *Server) listenUDP(ctx context.Context, addr string, number uint16) (*udpListener, error) {
	l := &udpListener{}
	for range min(runtime.GOMAXPROCS(0), maxSockets) {
		conn, err := udpio.Listen(ctx, addr, udpio.Options{ReusePort: true, ReadBuffer: udpBuffer, WriteBuffer: udpBuffer})
		if err != nil {
			return l, fmt.Errorf("cannot listen for SIP: %w", err)
		}
		socket := &udpSocket{worker: worker{edge: s}, conn: conn, listener: number, wake: make(chan struct{}, 1)}
		socket.pool.New = func() any { return &pending{socket: socket} }
		l.sockets = append(l.sockets, socket)
		addr = conn.LocalAddr().String() // the port, when it was 0
	}
	l.library = newPacketQueue(l.sockets[0])
	for _, socket := range l.sockets {
		socket.library = l.library
	}
	return l, nil
}

// close ends the readers.
func (l *udpListener) close() {
	for _, socket := range l.sockets {
		_ = socket.conn.Close()
	}
	if l.library != nil {
		_ = l.library.Close()
	}
}

// exclusive says whether another process has the address: SO_REUSEPORT would share
// it with us silently.
func exclusive(ctx context.Context, addr string) error {
	c, err := udpio.Listen(ctx, addr, udpio.Options{})
	if err != nil {
		return err
	}
	return c.Close()
}

// serve reads and answers until the sockets are closed.
func (l *udpListener) serve(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, socket := range l.sockets {
		g.Go(func() error { return socket.read() })
		g.Go(func() error { socket.write(ctx); return nil })
	}
	return g.Wait()
}

func (u *udpSocket) read() error {
	batch := udpio.NewBatch(udpBatch, wire.MaxMessage)
	for {
		err := u.conn.Read(batch)
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			u.edge.log.Warn("cannot read datagrams", "listener", u.conn.LocalAddr(), "err", err)
			time.Sleep(readPause)
			continue
		}
		now := u.edge.now()
		u.out, u.replies = u.out[:0], u.replies[:0]
		for i := range batch.Packets {
			u.handle(&batch.Packets[i], now)
		}
		u.send(u.out)
	}
}

// handle keeps a panic within one datagram.
func (u *udpSocket) handle(p *udpio.Packet, now time.Time) {
	defer u.edge.recover("datagram")
	switch {
	case wire.IsKeepalive(p.Data):
		return
	case wire.IsSTUN(p.Data):
		u.reply(p.Peer, p.Local, func(dst []byte) []byte { return wire.AppendSTUNResponse(dst, p.Data, p.Peer) })
		return
	}
	f := flow{source: p.Peer, transport: registrar.UDP, listener: u.listener}
	v, a, id := u.decide(p.Data, f, now)
	if v == update {
		u.update(p, &id, f, now)
		return
	}
	u.edge.metrics.count(a.result)
	switch v {
	case reply:
		u.answer(p, &a, &id, f, now)
	case pass:
		u.library.push(u.passed(p.Data, f), p.Peer)
	}
}

func (u *udpSocket) answer(p *udpio.Packet, a *answer, id *identity, f flow, now time.Time) {
	u.reply(u.msg.Top.ResponseAddr(p.Peer), p.Local, func(dst []byte) []byte {
		return u.append(dst, &u.msg, a, id, f, now)
	})
}

// reply adds a datagram to what the reader sends after the batch.
func (u *udpSocket) reply(to netip.AddrPort, from netip.Addr, write func([]byte) []byte) {
	start := len(u.replies)
	u.replies = write(u.replies)
	if len(u.replies) > start {
		u.out = append(u.out, udpio.Packet{Data: u.replies[start:len(u.replies):len(u.replies)], Peer: to, Local: from})
	}
}

func (u *udpSocket) send(packets []udpio.Packet) {
	if len(packets) == 0 {
		return
	}
	u.writing.Lock()
	failed, err := u.conn.Write(packets)
	u.writing.Unlock()
	if failed > 0 && !errors.Is(err, net.ErrClosed) {
		u.edge.metrics.unsent.Add(float64(failed))
	}
}

// update asks the registrar. The answer is written now and sent when it is true.
func (u *udpSocket) update(p *udpio.Packet, id *identity, f flow, now time.Time) {
	q := u.pool.Get().(*pending)
	q.reset(id.user, u.msg.Top.ResponseAddr(p.Peer), p.Local, u.name, u.reg.domain)
	u.edge.registrar.UpdateAsync(&u.reg.Request, now, &q.result, q)
	if q.parties.Load() == 1 && q.err != nil {
		a := u.refused(id, q.err, now)
		u.edge.metrics.count(a.result)
		u.answer(p, &a, id, f, now)
		u.pool.Put(q)
		return
	}
	a := accepted(q.result.Bindings)
	q.data = u.append(q.data[:0], &u.msg, &a, id, f, now)
	q.headers = len(u.headers)
	if q.parties.Add(1) == 2 {
		u.complete(q)
	}
}

// complete queues an answer whose outcome is known for write.
func (u *udpSocket) complete(q *pending) {
	u.mu.Lock()
	u.completed = append(u.completed, q)
	u.mu.Unlock()
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// write sends the answers that became true.
func (u *udpSocket) write(ctx context.Context) {
	var list []*pending
	var packets []udpio.Packet
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.wake:
		}
		u.mu.Lock()
		list, u.completed = u.completed, list[:0]
		u.mu.Unlock()
		packets = packets[:0]
		for _, q := range list {
			packets = append(packets, u.edge.finish(q))
		}
		u.send(packets)
		for i, q := range list {
			u.pool.Put(q)
			list[i] = nil
		}
	}
}

// pending is a 200 that waits for the disk.
type pending struct {
	socket *udpSocket
	user   *store.SIPUser
	to     netip.AddrPort
	from   netip.Addr
	name   []byte
	domain []byte
	result registrar.Result
	data   []byte // the 200
	// headers is the length of the headers that a 503 does not have.
	headers int
	err     error
	// parties counts the two that have to be done with it: the reader, who writes the
	// answer, and the registrar, who says whether it is true.
	parties atomic.Int32
}

func (q *pending) reset(user *store.SIPUser, to netip.AddrPort, from netip.Addr, name, domain []byte) {
	q.user, q.to, q.from, q.err = user, to, from, nil
	q.name, q.domain = append(q.name[:0], name...), append(q.domain[:0], domain...)
	q.parties.Store(0)
}

// Registered takes the outcome from the registrar.
func (q *pending) Registered(err error) {
	q.err = err
	if q.parties.Add(1) == 2 {
		q.socket.complete(q)
	}
}

const (
	lineOK          = "SIP/2.0 200 OK"
	lineUnavailable = "SIP/2.0 503 Service Unavailable"
	lastHeader      = "Content-Length: 0\r\n\r\n"
	unavailable     = "Retry-After: 5\r\n" + lastHeader
)

// finish makes the datagram of an answer whose outcome is known.
func (s *Server) finish(q *pending) udpio.Packet {
	if q.err == nil {
		s.metrics.count(resultOK)
		s.settled(q.user, q.domain, q.name, s.now())
		return udpio.Packet{Data: q.data, Peer: q.to, Local: q.from}
	}
	s.metrics.count(resultUnavailable)
	middle := q.data[len(lineOK) : len(q.data)-len(lastHeader)-q.headers]
	data := make([]byte, 0, len(q.data)+len(lineUnavailable))
	data = append(append(append(data, lineUnavailable...), middle...), unavailable...)
	return udpio.Packet{Data: data, Peer: q.to, Local: q.from}
}
