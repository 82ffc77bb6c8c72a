package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"dialtone/internal/netx"
)

// readPause is how long a socket that fails to read is left alone.
const readPause = 10 * time.Millisecond

// packetConn keeps the library's reader alive: it stops at the first error, while a
// socket that fails once goes on afterwards.
type packetConn struct {
	net.PacketConn
	log    *slog.Logger
	closed chan struct{}
	once   sync.Once
}

func listenUDP(ctx context.Context, addr string, log *slog.Logger) (*packetConn, error) {
	var lc net.ListenConfig
	c, err := lc.ListenPacket(ctx, "udp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen for SIP on udp %q: %w", addr, err)
	}
	return &packetConn{PacketConn: c, log: log, closed: make(chan struct{})}, nil
}

// ReadFrom reads the next datagram; the only error is net.ErrClosed.
func (c *packetConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, addr, err := c.PacketConn.ReadFrom(b)
		if err == nil || errors.Is(err, net.ErrClosed) {
			return n, addr, err
		}
		c.log.Warn("cannot read datagram", "listener", c.LocalAddr().String(), "err", err)
		select {
		case <-c.closed:
			return 0, nil, net.ErrClosed
		case <-time.After(readPause):
		}
	}
}

// Close stops the reader.
func (c *packetConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.PacketConn.Close()
}

// connections numbers TCP connections and tells when one is gone.
type connections struct {
	gone func(id uint64)

	mu   sync.Mutex
	last uint64
	ids  map[netip.AddrPort]uint64 // by remote address
}

// id is the number of the connection from an address, 0 when there is none.
func (c *connections) id(remote netip.AddrPort) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ids[remote]
}

func (c *connections) add(remote netip.AddrPort) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	c.ids[remote] = c.last
	return c.last
}

func (c *connections) remove(remote netip.AddrPort, id uint64) {
	c.mu.Lock()
	if c.ids[remote] == id {
		delete(c.ids, remote)
	}
	c.mu.Unlock()
	c.gone(id)
}

// listener hands the library connections whose end is noticed.
type listener struct {
	net.Listener
	connections *connections
}

// Limits on SIP connections.
const (
	maxConnections          = 20_000
	maxConnectionsPerSource = 1_000
)

func listenTCP(ctx context.Context, addr string, conns *connections, log *slog.Logger) (*listener, error) {
	l, err := netx.Listen(ctx, addr, netx.Options{Log: log, MaxConns: maxConnections, PerSource: maxConnectionsPerSource})
	if err != nil {
		return nil, fmt.Errorf("cannot listen for SIP on tcp %q: %w", addr, err)
	}
	return &listener{Listener: l, connections: conns}, nil
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	remote := addrPort(c.RemoteAddr())
	return &conn{Conn: c, remote: remote, id: l.connections.add(remote), connections: l.connections}, nil
}

type conn struct {
	net.Conn
	remote      netip.AddrPort
	id          uint64
	connections *connections
	once        sync.Once
}

func (c *conn) Close() error {
	c.once.Do(func() { c.connections.remove(c.remote, c.id) })
	return c.Conn.Close()
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
