package udpio

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// Options of a socket.
type Options struct {
	// ReusePort lets several sockets have the address.
	ReusePort bool
	// ReadBuffer and WriteBuffer are asked of the kernel, in bytes; 0 leaves its own.
	ReadBuffer, WriteBuffer int
}

// Conn is a UDP socket. One goroutine reads and one writes at a time.
type Conn struct {
	udp   *net.UDPConn
	local netip.AddrPort
	sys   connSys
}

// Listen binds a socket to host:port; port 0 takes a free one.
func Listen(ctx context.Context, addr string, o Options) (*Conn, error) {
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return prepare(c, o) }}
	pc, err := lc.ListenPacket(ctx, "udp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on udp %q: %w", addr, err)
	}
	udp := pc.(*net.UDPConn) // what ListenPacket gives for "udp"
	if o.ReadBuffer > 0 {
		_ = udp.SetReadBuffer(o.ReadBuffer) // the kernel's limit may be lower
	}
	if o.WriteBuffer > 0 {
		_ = udp.SetWriteBuffer(o.WriteBuffer)
	}
	local := udp.LocalAddr().(*net.UDPAddr).AddrPort()
	c := &Conn{udp: udp, local: netip.AddrPortFrom(local.Addr().Unmap(), local.Port())}
	if err := c.sys.init(c); err != nil {
		_ = udp.Close()
		return nil, fmt.Errorf("cannot listen on udp %q: %w", addr, err)
	}
	return c, nil
}

// LocalAddr is the address the socket is bound to.
func (c *Conn) LocalAddr() netip.AddrPort { return c.local }

// Close ends a waiting Read with net.ErrClosed.
func (c *Conn) Close() error { return c.sys.close(c) }
