package sip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"dialtone/internal/netx"
	"dialtone/sip/registrar"
	"dialtone/sip/wire"
)

// Limits on SIP connections.
const (
	maxConnections          = 20_000
	maxConnectionsPerSource = 1_000
	// firstBuffer is what a connection keeps for reading while it is idle, in bytes.
	firstBuffer = 1024
	// strangerIdle is how long a connection without a binding may say nothing;
	// bindingIdle, beyond the longest registration, one with a binding.
	strangerIdle = time.Minute
	bindingIdle  = time.Minute
	// messageTime is how long a message may take from its first byte to its last.
	messageTime = 10 * time.Second
	// writeTime is how long a peer may take to read what is sent to it.
	writeTime = 5 * time.Second
)

// framing cuts messages from a connection and wraps what is sent over it.
type framing interface {
	// next is the length of the first frame in buf, 0 when it is not there as a whole,
	// and the message or keepalive in it.
	next(buf []byte) (n int, message []byte, err error)
	// append wraps a message.
	append(dst, message []byte) []byte
}

// streamFraming is plain SIP over TCP and TLS.
type streamFraming struct{}

func (streamFraming) next(buf []byte) (int, []byte, error) {
	n, err := wire.NextFrame(buf)
	return n, buf[:n], err
}

func (streamFraming) append(dst, message []byte) []byte { return append(dst, message...) }

// streamListener takes connections for one transport.
type streamListener struct {
	net.Listener
	transport registrar.Transport
	number    uint16
}

func (s *Server) listenTCP(ctx context.Context, addr string, number uint16) (*streamListener, error) {
	l, err := netx.Listen(ctx, addr, netx.Options{Log: s.log, MaxConns: maxConnections, PerSource: maxConnectionsPerSource})
	if err != nil {
		return nil, fmt.Errorf("cannot listen for SIP on tcp %q: %w", addr, err)
	}
	return &streamListener{Listener: l, transport: registrar.TCP, number: number}, nil
}

// serveStream accepts until the listener is closed, then closes its connections and
// waits for them.
func (s *Server) serveStream(ctx context.Context, l *streamListener) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("cannot accept SIP connections: %w", err)
		}
		wg.Go(func() { s.serveConn(ctx, c, l) })
	}
}

// stream is one connection. Its goroutine reads; anybody writes.
type stream struct {
	edge   *Server
	conn   net.Conn
	frames framing
	flow   flow
	bound  atomic.Bool // has carried a registration

	writing sync.Mutex
	out     []byte

	promoting sync.Mutex
	library   *libraryConn
}

// serveConn reads one connection to its end.
func (s *Server) serveConn(ctx context.Context, conn net.Conn, l *streamListener) {
	defer s.recover("connection")
	c := &stream{
		edge: s, conn: conn, frames: streamFraming{},
		flow: flow{source: addrPort(conn.RemoteAddr()), transport: l.transport, listener: l.number},
	}
	c.flow.connection = s.streams.add(c)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		stop()
		_ = conn.Close()
		s.streams.remove(c)
		c.demote()
		s.registrar.ConnectionClosed(c.flow.connection, s.now())
	}()
	if err := c.read(ctx); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
		s.log.Debug("connection ended", "src", c.flow.source, "err", err)
	}
}

// read answers what comes until the peer closes or breaks the rules.
func (c *stream) read(ctx context.Context) error {
	buf := make([]byte, 0, firstBuffer)
	deadline := time.Now().Add(c.idle())
	for {
		if err := c.conn.SetReadDeadline(deadline); err != nil {
			return err
		}
		n, err := c.conn.Read(buf[len(buf):cap(buf)])
		partial := len(buf) > 0
		buf = buf[:len(buf)+n]
		used, frameErr := c.consume(ctx, buf)
		if frameErr != nil {
			return frameErr
		}
		if err != nil {
			return err
		}
		rest := copy(buf, buf[used:])
		buf = buf[:rest]
		switch {
		case rest == 0:
			deadline = time.Now().Add(c.idle())
			if cap(buf) > firstBuffer {
				buf = make([]byte, 0, firstBuffer)
			}
		case !partial || used > 0:
			deadline = time.Now().Add(messageTime)
		}
		if len(buf) == cap(buf) {
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
	}
}

// idle is how long the connection may be silent between messages.
func (c *stream) idle() time.Duration {
	if c.bound.Load() {
		return time.Duration(c.edge.maxExpires)*time.Second + bindingIdle
	}
	return strangerIdle
}

// consume handles the whole frames in buf and returns their length.
func (c *stream) consume(ctx context.Context, buf []byte) (used int, err error) {
	for used < len(buf) {
		n, message, err := c.frames.next(buf[used:])
		if err != nil {
			if len(message) > 0 {
				c.handle(ctx, message) // says what is wrong before the end
			}
			return used, err
		}
		if n == 0 {
			return used, nil
		}
		used += n
		switch {
		case len(message) == 0 || wire.IsBreak(message):
		case wire.IsPing(message):
			err = c.write([]byte("\r\n"))
		default:
			err = c.handle(ctx, message)
		}
		if err != nil {
			return used, err
		}
	}
	return used, nil
}

// handle answers one message.
func (c *stream) handle(ctx context.Context, message []byte) error {
	s := c.edge
	w := s.workers.Get().(*worker)
	defer s.workers.Put(w)
	now := s.now()
	v, a, id := w.decide(message, c.flow, now)
	switch v {
	case drop:
		s.metrics.count(a.result)
		return nil
	case pass:
		c.pass(message)
		return nil
	case update:
		a = c.update(ctx, w, &id, now)
	}
	s.metrics.count(a.result)
	return c.write(w.append(nil, &w.msg, &a, &id, c.flow, now))
}

// update asks the registrar and waits for the disk.
func (c *stream) update(ctx context.Context, w *worker, id *identity, now time.Time) answer {
	ctx, cancel := context.WithTimeout(ctx, registerTimeout)
	defer cancel()
	res, err := c.edge.registrar.Update(ctx, &w.reg.Request, now)
	if err != nil {
		return w.refused(id, err, now)
	}
	c.bound.Store(true)
	for _, connection := range res.Superseded {
		c.edge.streams.close(connection, c.flow.connection)
	}
	c.edge.settled(id.user, w.reg.domain, w.name, now)
	return accepted(res.Bindings)
}

// write sends one message.
func (c *stream) write(message []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.out = c.frames.append(c.out[:0], message)
	if err := c.conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	_, err := c.conn.Write(c.out)
	if cap(c.out) > firstBuffer {
		c.out = nil
	}
	return err
}

// streams are the open connections by number.
type streams struct {
	mu   sync.Mutex
	last uint64
	byID map[uint64]*stream
}

func (t *streams) add(c *stream) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	t.byID[t.last] = c
	return t.last
}

func (t *streams) remove(c *stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byID, c.flow.connection)
}

func (t *streams) get(id uint64) *stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[id]
}

// close ends a connection that another one has taken the place of.
func (t *streams) close(id, not uint64) {
	if c := t.get(id); c != nil && id != not {
		_ = c.conn.Close()
	}
}

// addrPort is a socket address without the IPv4-in-IPv6 form.
func addrPort(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	switch a := a.(type) {
	case *net.TCPAddr:
		ap = a.AddrPort()
	case *net.UDPAddr:
		ap = a.AddrPort()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
