package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

const (
	// maxPassed is how many messages of one connection wait for the SIP library.
	maxPassed = 64
	// promoteTime is how long the library may take to take a connection.
	promoteTime = 5 * time.Second
)

// libraryListener hands the SIP library connections when something has to be sent
// over them: an idle phone's connection costs the library nothing.
type libraryListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newLibraryListener() *libraryListener {
	return &libraryListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept waits for the next connection.
func (l *libraryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (l *libraryListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr is no address: the connections have theirs.
func (l *libraryListener) Addr() net.Addr { return &net.TCPAddr{} }

// libraryConn is a connection as the library sees it: what it reads are the messages
// passed to it, what it writes goes over the stream.
type libraryConn struct {
	stream *stream
	in     chan []byte
	rest   []byte
	closed chan struct{}
	once   sync.Once
}

// Read gives the library what was passed to it.
func (c *libraryConn) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		select {
		case c.rest = <-c.in:
		case <-c.closed:
			return 0, net.ErrClosed
		}
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// Write sends one message.
func (c *libraryConn) Write(b []byte) (int, error) {
	if err := c.stream.write(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Close takes the connection from the library; the phone keeps its own.
func (c *libraryConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

// LocalAddr is the stream's.
func (c *libraryConn) LocalAddr() net.Addr { return c.stream.conn.LocalAddr() }

// RemoteAddr is the stream's.
func (c *libraryConn) RemoteAddr() net.Addr { return c.stream.conn.RemoteAddr() }

// SetDeadline does nothing: the stream has deadlines of its own.
func (c *libraryConn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (c *libraryConn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (c *libraryConn) SetWriteDeadline(time.Time) error { return nil }

// pass gives the library a message, and first the connection, so that it can answer.
func (c *stream) pass(ctx context.Context, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, promoteTime)
	defer cancel()
	if err := c.promote(ctx); err != nil {
		return err
	}
	c.promoting.Lock()
	library := c.library
	c.promoting.Unlock()
	select {
	case library.in <- message:
	default:
		c.edge.metrics.overrun.Inc()
	}
	return nil
}

var errNotTaken = errors.New("the SIP library did not take the connection")

// promote makes the library able to send over the connection.
func (c *stream) promote(ctx context.Context) error {
	c.promoting.Lock()
	defer c.promoting.Unlock()
	remote := c.flow.source.String()
	if c.library != nil {
		select {
		case <-c.library.closed: // the library has dropped it
		default:
			return nil
		}
	}
	c.library = &libraryConn{stream: c, in: make(chan []byte, maxPassed), closed: make(chan struct{})}
	select {
	case c.edge.libraryTCP.conns <- c.library:
	case <-ctx.Done():
		return fmt.Errorf("cannot reach %s: %w", remote, ctx.Err())
	case <-c.edge.libraryTCP.closed:
		return fmt.Errorf("cannot reach %s: %w", remote, net.ErrClosed)
	}
	for tick := time.NewTicker(time.Millisecond); ; {
		if _, err := c.edge.agent.TransportLayer().GetConnection("tcp", remote); err == nil {
			tick.Stop()
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return fmt.Errorf("cannot reach %s: %w", remote, errNotTaken)
		}
	}
}

// demote takes the connection from the library.
func (c *stream) demote() {
	c.promoting.Lock()
	defer c.promoting.Unlock()
	if c.library != nil {
		_ = c.library.Close()
	}
}
