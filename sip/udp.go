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
	// udpGather is how long datagrams may wait for each other when several come in such
	// a time: waking up for one costs more than all that is done about it.
	udpGather = 8 * time.Millisecond
	// callGather is that while there are calls: somebody waits for each of their messages,
	// and each waits several times on its way.
	callGather = time.Millisecond
	// callsOver is how long after the last message of a call there are none.
	callsOver = time.Second
)

// udpListener is one UDP address and the sockets that share it. One goroutine waits for
// all of them and reads them in turn, as long as it keeps up; the others then sleep, for
// waking a second processor costs more than it saves. They help while batches are full.
type udpListener struct {
	sockets []*udpSocket
	set     *udpio.Set
	rush    chan struct{} // a word for each helper
	passed  atomic.Int64  // when the dialogs last got something; nanoseconds since 1970
}

// udpSocket is one socket; whoever holds reading reads it. What needs no disk is
// answered by the reader; the rest by the registrar's committer, once it is durable.
type udpSocket struct {
	reading sync.Mutex
	worker
	batch    *udpio.Batch
	conn     *udpio.Conn
	listener uint16
	// lastPassed is the listener's passed.
	lastPassed *atomic.Int64
	out        []udpio.Packet
	replies    []byte
	rush       chan<- struct{}

	pool sync.Pool // *pending

	writing sync.Mutex // guards conn's writing side, and releasing
	// releasing and packets are scratch of release.
	releasing []*pending
	packets   []udpio.Packet

	mu        sync.Mutex
	completed []*pending
}

// listenUDP binds as many sockets to an address as there are processors.
func (s *Server) listenUDP(ctx context.Context, addr string, number uint16) (*udpListener, error) {
	l := &udpListener{rush: make(chan struct{}, maxSockets)}
	var conns []*udpio.Conn
	for range min(runtime.GOMAXPROCS(0), maxSockets) {
		conn, err := udpio.Listen(ctx, addr, udpio.Options{ReusePort: true, ReadBuffer: udpBuffer, WriteBuffer: udpBuffer})
		if err != nil {
			return l, fmt.Errorf("cannot listen for SIP: %w", err)
		}
		socket := &udpSocket{
			worker: worker{edge: s}, batch: udpio.NewBatch(udpBatch, wire.MaxMessage),
			conn: conn, listener: number, rush: l.rush,
		}
		socket.pool.New = func() any { return &pending{socket: socket} }
		l.sockets, conns = append(l.sockets, socket), append(conns, conn)
		addr = conn.LocalAddr().String() // the port, when it was 0
	}
	var err error
	if l.set, err = udpio.NewSet(udpGather, conns...); err != nil {
		return l, fmt.Errorf("cannot listen for SIP: %w", err)
	}
	for _, socket := range l.sockets {
		socket.lastPassed = &l.passed
	}
	return l, nil
}

// close ends the readers.
func (l *udpListener) close() {
	if l.set != nil {
		_ = l.set.Close()
	}
	for _, socket := range l.sockets {
		_ = socket.conn.Close()
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
	g.Go(l.read)
	for i := range l.sockets[1:] {
		g.Go(func() error { l.help(ctx, i+1); return nil })
	}
	return g.Wait()
}

// read waits for datagrams and reads them.
func (l *udpListener) read() error {
	for {
		err := l.set.Wait()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			l.sockets[0].edge.log.Warn("cannot wait for datagrams", "err", err)
			time.Sleep(readPause)
		}
		l.set.Took(l.drain(0))
		l.set.Gather(l.gather())
	}
}

// gather is how long datagrams may wait for each other now.
func (l *udpListener) gather() time.Duration {
	if l.sockets[0].edge.now().Sub(time.Unix(0, l.passed.Load())) < callsOver {
		return callGather
	}
	return udpGather
}

// help reads while there is more than one can read.
func (l *udpListener) help(ctx context.Context, first int) {
	for {
		select {
		case <-l.rush:
			l.drain(first)
		case <-ctx.Done():
			return
		}
	}
}

// drain reads all sockets until they are empty, from the first on, and returns how
// many datagrams there were.
func (l *udpListener) drain(first int) (n int) {
	for i := range l.sockets {
		n += l.sockets[(first+i)%len(l.sockets)].drain()
	}
	return n
}

func (u *udpSocket) drain() (n int) {
	u.reading.Lock()
	defer u.reading.Unlock()
	for {
		err := u.conn.Take(u.batch)
		switch {
		case errors.Is(err, net.ErrClosed):
			return n
		case err != nil:
			u.edge.log.Warn("cannot read datagrams", "listener", u.conn.LocalAddr(), "err", err)
			time.Sleep(readPause)
			return n
		}
		full := len(u.batch.Packets) == udpBatch
		if full {
			u.callHelp()
		}
		u.handleAll(u.batch.Packets)
		n += len(u.batch.Packets)
		if !full {
			return n
		}
	}
}

// callHelp wakes one helper.
func (u *udpSocket) callHelp() {
	select {
	case u.rush <- struct{}{}:
	default:
	}
}

// handleAll answers what was read together.
func (u *udpSocket) handleAll(packets []udpio.Packet) {
	if len(packets) == 0 {
		return
	}
	now := u.edge.now()
	u.out, u.replies = u.out[:0], u.replies[:0]
	for i := range packets {
		u.handle(&packets[i], now)
	}
	u.send(u.out)
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
		u.pass(p, f, now)
	}
}

// pass hands a datagram to the dialogs. What is too long for them is answered.
func (u *udpSocket) pass(p *udpio.Packet, f flow, now time.Time) {
	if len(p.Data) <= maxMessage || u.msg.Request && u.admitted.emergency {
		u.lastPassed.Store(now.UnixNano())
		line := datagrams{u, u.answersTo(f), p.Local}
		u.edge.lanes.push(u.msg.CallID, passed{u.passed(p.Data), line, u.origin(f)})
		return
	}
	u.edge.metrics.count(resultMalformed)
	if u.msg.Request && string(u.msg.Method) != "ACK" {
		u.answer(p, &answer{status: 513, reason: "Message Too Large"}, &identity{}, f, now)
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
	defer u.writing.Unlock()
	u.transmit(packets)
}

// transmit is send for the holder of writing.
func (u *udpSocket) transmit(packets []udpio.Packet) {
	failed, err := u.conn.Write(packets)
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
	if q.parties.Add(1) == 2 { // the registrar was faster and has gone on
		u.complete(q)
		u.release()
	}
}

// complete queues an answer whose outcome is known for release.
func (u *udpSocket) complete(q *pending) {
	u.mu.Lock()
	u.completed = append(u.completed, q)
	u.mu.Unlock()
}

// release sends the answers that became true. After a commit the registrar's goroutine
// does it for all of its updates.
func (u *udpSocket) release() {
	u.writing.Lock()
	defer u.writing.Unlock()
	u.mu.Lock()
	u.releasing, u.completed = u.completed, u.releasing[:0]
	u.mu.Unlock()
	if len(u.releasing) == 0 {
		return
	}
	u.packets = u.packets[:0]
	for _, q := range u.releasing {
		u.packets = append(u.packets, u.edge.finish(q))
	}
	u.transmit(u.packets)
	for i, q := range u.releasing {
		u.pool.Put(q)
		u.releasing[i] = nil
	}
}

// release sends what a commit has made true.
func (s *Server) release() {
	for _, l := range s.udp {
		for _, socket := range l.sockets {
			socket.release()
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
