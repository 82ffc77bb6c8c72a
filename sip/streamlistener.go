package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/internal/netx"
	"dialtone/sip/registrar"
)

// Limits on SIP connections, for each listener.
const (
	maxConnections          = 20_000
	maxConnectionsPerSource = 1_000
)

// streamListener takes connections for one transport.
type streamListener struct {
	net.Listener
	transport registrar.Transport
	number    uint16
	plain     *netx.Listener
	secure    *netx.TLSListener // nil for TCP
}

// listenStreams listens on the addresses for one transport.
func (s *Server) listenStreams(ctx context.Context, transport registrar.Transport, addrs []string, config *tls.Config) error {
	for i, addr := range addrs {
		l, err := netx.Listen(ctx, addr, netx.Options{Log: s.log, MaxConns: maxConnections, PerSource: maxConnectionsPerSource})
		if err != nil {
			return fmt.Errorf("cannot listen for SIP on %s %q: %w", transport, addr, err)
		}
		one := &streamListener{Listener: l, transport: transport, number: uint16(i), plain: l}
		if transport != registrar.TCP {
			one.secure = netx.WrapTLS(l, config, netx.TLSOptions{Log: s.log})
			one.Listener = one.secure
		}
		s.listeners = append(s.listeners, one)
	}
	return nil
}

// streamAddrs are the addresses listened on for a transport.
func (s *Server) streamAddrs(transport registrar.Transport) (addrs []netip.AddrPort) {
	for _, l := range s.listeners {
		if l.transport == transport {
			addrs = append(addrs, addrPort(l.Addr()))
		}
	}
	return addrs
}

// measureStreams shows the listeners' counters by transport.
func (s *Server) measureStreams(r prometheus.Registerer) {
	for _, transport := range [...]registrar.Transport{registrar.TCP, registrar.TLS, registrar.WSS} {
		connections := func() (sum netx.Stats) {
			for _, l := range s.listeners {
				if l.transport == transport {
					sum = sum.Plus(l.plain.Stats())
				}
			}
			return sum
		}
		var handshakes func() netx.TLSStats
		if transport != registrar.TCP {
			handshakes = func() (sum netx.TLSStats) {
				for _, l := range s.listeners {
					if l.transport == transport {
						sum = sum.Plus(l.secure.Stats())
					}
				}
				return sum
			}
		}
		netx.Measure(r, "sip", prometheus.Labels{"transport": transport.String()}, connections, handshakes)
	}
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
