package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"dialtone/sip/dialog"
	"dialtone/sip/registrar"
	"dialtone/sip/transaction"
)

// dialTime is how long a connection to a trunk may take, its handshake included.
const dialTime = 5 * time.Second

// carrier is what dialogs need of the edge.
type carrier struct{ *Server }

var errNoListener = errors.New("no listener of that transport and address family")

// Ready fills what stands for us toward the peer.
func (c carrier) Ready(_ context.Context, f dialog.Flow) (dialog.Flow, error) {
	bound, err := c.boundTo(f)
	if err != nil {
		return f, fmt.Errorf("cannot reach %s: %w", f.Remote, err)
	}
	f.Local, f.Host, f.Port = bound, c.hostToward(bound.Addr(), f.Remote.Addr()), c.contactPort(f.Transport, bound)
	return f, nil
}

// contactPort is where a peer reaches us anew: the listener's port, not that of a
// connection we opened.
func (c carrier) contactPort(transport string, bound netip.AddrPort) int {
	for _, l := range c.listeners {
		if at := addrPort(l.Addr()); l.transport.String() == transport && bound.Port() != at.Port() {
			return int(at.Port())
		}
	}
	return int(bound.Port())
}

// Dial is a flow to an address that no binding leads to.
func (c carrier) Dial(ctx context.Context, transport string, to netip.AddrPort, serverName string) (dialog.Flow, error) {
	if transport == registrar.UDP.String() {
		for i, bound := range c.addrs.UDP {
			if bound.Addr().Is4() == to.Addr().Is4() {
				return c.Ready(ctx, dialog.Flow{Transport: transport, Remote: to, Listener: uint16(i)})
			}
		}
		return dialog.Flow{}, fmt.Errorf("cannot reach %s over %s: %w", to, transport, errNoListener)
	}
	stream, err := c.dialStream(ctx, transport, to, serverName)
	if err != nil {
		return dialog.Flow{}, err
	}
	return c.Ready(ctx, dialog.Flow{Transport: transport, Remote: to, Connection: stream.flow.connection})
}

// Line is the way to an address over a flow; a connection leads to its peer alone.
func (c carrier) Line(f dialog.Flow, to netip.AddrPort) (transaction.Line, error) {
	if f.Transport == registrar.UDP.String() {
		if int(f.Listener) >= len(c.udp) {
			return nil, errListenerGone
		}
		return datagrams{socket: c.udp[f.Listener].sockets[0], to: to}, nil
	}
	stream := c.streams.get(f.Connection)
	if stream == nil {
		return nil, errConnectionGone
	}
	return connection{stream}, nil
}

// Await lets responses from a peer in.
func (c carrier) Await(peer netip.AddrPort) (done func()) { return c.peers.add(peer) }

// Track lets requests in that name a dialog of ours.
func (c carrier) Track(tag string) { c.tags.add(tag) }

// Forget ends that.
func (c carrier) Forget(tag string) { c.tags.remove(tag) }

// Pending lets a CANCEL in, and the ACK to a refusal.
func (c carrier) Pending(callID string, cseq uint32, source netip.AddrPort) (done func()) {
	return c.pending.add(callID, cseq, source)
}

// trunkStream names a connection we opened.
type trunkStream struct {
	transport  string
	to         netip.AddrPort
	serverName string
}

// dialled are the connections we opened to trunks.
type dialled struct {
	mu   sync.Mutex
	open map[trunkStream]*stream
}

// dialStream is an open connection to a trunk, a new one when there is none.
func (c carrier) dialStream(ctx context.Context, transport string, to netip.AddrPort, serverName string) (*stream, error) {
	key := trunkStream{transport, to, serverName}
	c.dialled.mu.Lock()
	known := c.dialled.open[key]
	c.dialled.mu.Unlock()
	if known != nil {
		return known, nil
	}
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	conn, err := trunkDialer().DialContext(ctx, "tcp", to.String())
	if err != nil {
		return nil, fmt.Errorf("cannot reach %s over %s: %w", to, transport, err)
	}
	kind := registrar.TCP
	if transport == registrar.TLS.String() {
		kind = registrar.TLS
		secure := tls.Client(conn, c.clientTLS(serverName, to))
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("cannot reach %s over %s: %w", to, transport, err)
		}
		conn = secure
	}
	s := &stream{edge: c.Server, conn: conn, frames: streamFraming{}, flow: flow{source: to, transport: kind}}
	s.bound.Store(true) // it is ours: kept as long as a phone's
	s.flow.connection = c.streams.add(s)
	c.keep(key, s)
	return s, nil
}

// keep reads a connection we opened until it ends.
func (c carrier) keep(key trunkStream, s *stream) {
	c.dialled.mu.Lock()
	c.dialled.open[key] = s
	c.dialled.mu.Unlock()
	c.outgoing.Go(func() {
		defer c.recover("connection")
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		stop := context.AfterFunc(c.life, func() { _ = s.conn.Close() })
		defer func() {
			stop()
			c.dialled.mu.Lock()
			if c.dialled.open[key] == s {
				delete(c.dialled.open, key)
			}
			c.dialled.mu.Unlock()
			_ = s.conn.Close()
			c.streams.remove(s)
		}()
		c.log.Debug("trunk connection ended", "to", s.flow.source, "err", s.read(ctx))
	})
}

// clientTLS is how we speak TLS to a trunk: its certificate must be for the name, or
// for the address where there is no name.
func (c carrier) clientTLS(serverName string, to netip.AddrPort) *tls.Config {
	if serverName == "" {
		serverName = strings.Trim(to.Addr().String(), "[]")
	}
	return &tls.Config{ServerName: serverName, MinVersion: tls.VersionTLS12, RootCAs: c.roots}
}
