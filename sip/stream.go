package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"dialtone/sip/registrar"
	"dialtone/sip/wire"
)

// Bounds of a SIP connection.
const (
	// firstBuffer is what a connection keeps for reading while it is idle, in bytes.
	firstBuffer = 1024
	// strangerIdle is how long a connection without a binding may say nothing;
	// bindingIdle, beyond the longest registration, one with a binding.
	strangerIdle = time.Minute
	bindingIdle  = time.Minute
	// pingEvery is how long one that can be asked may say nothing before it is asked,
	// and pongTime how long it may then take to answer.
	pingEvery = 30 * time.Second
	pongTime  = 10 * time.Second
	// messageTime is how long a message may take from its first byte to its last.
	messageTime = 10 * time.Second
	// writeTime is how long a peer may take to read what is sent to it.
	writeTime = 5 * time.Second
)

// stream is one connection. Its goroutine reads; anybody writes.
type stream struct {
	edge   *Server
	conn   net.Conn
	frames framing
	flow   flow
	bound  atomic.Bool // has carried a registration

	errand errand // in the hands of the edge

	writing sync.Mutex
	out     []byte
}

// serveConn reads one connection to its end.
func (s *Server) serveConn(ctx context.Context, conn net.Conn, l *streamListener) {
	defer s.recover("connection")
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		stop()
		_ = conn.Close()
	}()
	c := &stream{
		edge: s, conn: conn, frames: streamFraming{},
		flow: flow{source: addrPort(conn.RemoteAddr()), transport: l.transport, listener: l.number, names: s.provenNames(conn)},
	}
	err := c.open()
	if err == nil {
		err = c.serve(ctx)
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
		s.log.Debug("connection ended", "src", c.flow.source, "err", err)
	}
}

// open does what comes before the first message.
func (c *stream) open() (err error) {
	if c.flow.transport == registrar.WSS {
		c.frames, err = upgrade(c.conn)
	}
	return err
}

// serve reads messages until the connection ends, and its bindings with it.
func (c *stream) serve(ctx context.Context) error {
	c.flow.connection = c.edge.streams.add(c)
	defer func() {
		c.edge.streams.remove(c)
		c.edge.registrar.ConnectionClosed(c.flow.connection, c.edge.now())
	}()
	return c.read(ctx)
}

// read answers what comes until the peer closes or breaks the rules.
func (c *stream) read(ctx context.Context) error {
	buf := make([]byte, 0, firstBuffer)
	deadline, asked := time.Now().Add(c.idle()), false
	for {
		if err := c.conn.SetReadDeadline(deadline); err != nil {
			return err
		}
		partial := len(buf) > 0 || c.frames.begun()
		n, err := c.conn.Read(buf[len(buf):cap(buf)])
		if errors.Is(err, os.ErrDeadlineExceeded) && n == 0 && !partial && !asked && c.ask() {
			deadline, asked = time.Now().Add(pongTime), true
			continue
		}
		buf = buf[:len(buf)+n]
		used, whole, frameErr := c.consume(ctx, buf)
		if frameErr != nil {
			return frameErr
		}
		if err != nil {
			return err
		}
		rest := copy(buf, buf[used:])
		buf, asked = buf[:rest], false
		switch {
		case rest == 0 && !c.frames.begun():
			deadline = time.Now().Add(c.idle())
			if cap(buf) > firstBuffer {
				buf = make([]byte, 0, firstBuffer)
			}
		case !partial || whole:
			deadline = time.Now().Add(messageTime)
		}
		if len(buf) == cap(buf) {
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
	}
}

// idle is how long the connection may be silent between messages.
func (c *stream) idle() time.Duration {
	switch {
	case !c.bound.Load():
		return strangerIdle
	case c.frames.ping() != nil:
		return pingEvery
	}
	return time.Duration(c.edge.maxExpires)*time.Second + bindingIdle
}

// ask pings a phone that has been silent for long; false when it is not to be asked.
func (c *stream) ask() bool {
	ping := c.frames.ping()
	return ping != nil && c.bound.Load() && c.send(ping) == nil
}

// consume handles the frames that are whole in buf and returns their length, and
// whether a message ended among them.
func (c *stream) consume(ctx context.Context, buf []byte) (used int, whole bool, err error) {
	for used < len(buf) {
		f, broken := c.frames.next(buf[used:])
		used += f.length
		whole = whole || len(f.message) > 0
		if broken != nil && len(f.message) > 0 {
			return used, whole, errors.Join(broken, c.refuse(f.message))
		}
		err = errors.Join(broken, c.take(ctx, &f)) // why it ends is said before the end
		if err != nil || f.length == 0 {
			return used, whole, err
		}
	}
	return used, whole, nil
}

// refuse answers a message whose end cannot be told, if it can be answered, before the
// connection ends.
func (c *stream) refuse(message []byte) error {
	s := c.edge
	w := s.workers.Get().(*worker)
	defer s.workers.Put(w)
	_ = wire.Scan(message, &w.msg) // as much of it as there is
	if len(message) == 0 || !w.msg.Answerable {
		return nil
	}
	fault := wire.ErrContentLength
	a := answer{status: fault.Status, reason: fault.Reason, result: resultMalformed}
	return c.write(w.append(nil, &w.msg, &a, &identity{}, c.flow, s.now()))
}

// take answers what a frame brought.
func (c *stream) take(ctx context.Context, f *frame) error {
	if len(f.reply) > 0 {
		if err := c.send(f.reply); err != nil {
			return err
		}
	}
	switch {
	case len(f.message) == 0 || wire.IsBreak(f.message):
		return nil
	case wire.IsPing(f.message):
		return c.write([]byte("\r\n"))
	}
	e := &c.errand
	if e.done == nil {
		*e = errand{stream: c, done: make(chan error, 1)}
	}
	e.ctx, e.message = ctx, f.message
	err := c.edge.hands.do(e)
	e.ctx, e.message = nil, nil
	return err
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
		s.endpoint.Receive(w.passed(delimited(message)), connection{c}, w.origin(c.flow))
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
	err := c.sendLocked(c.out)
	if cap(c.out) > firstBuffer {
		c.out = nil
	}
	return err
}

// send sends bytes as they are.
func (c *stream) send(b []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.sendLocked(b)
}

// sendLocked ends a connection whose peer does not read: what it has had of a message
// cannot be taken back.
func (c *stream) sendLocked(b []byte) error {
	err := c.conn.SetWriteDeadline(time.Now().Add(writeTime))
	if err == nil {
		_, err = c.conn.Write(b)
	}
	if err != nil {
		c.abort()
	}
	return err
}

// abort closes the connection without a word: a farewell of TLS would wait for a peer
// that does not read.
func (c *stream) abort() {
	conn := c.conn
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0) // what the peer does not read must not wait in the kernel
	}
	_ = conn.Close()
}
