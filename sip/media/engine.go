package media

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config says how media runs.
type Config struct {
	// Address is what sockets bind to. A wildcard of either family binds the wildcard
	// of the family each peer has.
	Address netip.Addr
	// Advertised is the address in descriptions for peers on the public internet, for a
	// daemon behind NAT: an IP address or a host name resolved once. Empty: Facing.
	Advertised string
	// Ports is the range of UDP ports, ends included; 0, 0 means any.
	Ports [2]int
	// Facing is our address as the peer sees it. Nil, or an invalid answer: the local
	// address the system would send from.
	Facing func(peer netip.Addr) netip.Addr
	// SilenceAfter is how long nothing may come from a peer that should send before
	// NoMedia is told; 0 never tells.
	SilenceAfter time.Duration

	Log        *slog.Logger          // nil: none
	Registerer prometheus.Registerer // nil: no metrics
	Now        func() time.Time      // nil: time.Now
}

// Engine has the ports and the loops that all streams share.
type Engine struct {
	facing       func(netip.Addr) netip.Addr
	advertised   netip.Addr
	address      netip.Addr
	silenceAfter time.Duration
	log          *slog.Logger
	now          func() time.Time
	start        time.Time
	metrics      *metrics

	ports   *ports
	sockets sockets
	loops   []*loop
	ending  sync.WaitGroup

	mu      sync.Mutex // guards what follows; last to be locked
	closed  bool
	streams map[*Stream]struct{}
}

// New starts the loops. Close ends them.
func New(c Config) (*Engine, error) {
	e := &Engine{
		facing: c.Facing, address: c.Address.Unmap(), silenceAfter: c.SilenceAfter, log: c.Log, now: c.Now,
		streams: map[*Stream]struct{}{},
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.now == nil {
		e.now = time.Now
	}
	e.start = e.now()
	var err error
	if e.advertised, err = resolve(c.Advertised); err != nil {
		return nil, err
	}
	if e.ports, err = newPorts(c.Ports[0], c.Ports[1], e.now); err != nil {
		return nil, err
	}
	e.metrics = newMetrics(c.Registerer, e)
	for range runtime.GOMAXPROCS(0) {
		l, err := newLoop(e)
		if err != nil {
			e.Close()
			return nil, fmt.Errorf("cannot start media: %w", err)
		}
		e.loops = append(e.loops, l)
		e.ending.Go(l.run)
	}
	return e, nil
}

// resolve reads an address or asks DNS for a name's.
func resolve(host string) (netip.Addr, error) {
	if host == "" {
		return netip.Addr{}, nil
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap(), nil
	}
	ips, err := net.LookupIP(host)
	if err == nil && len(ips) == 0 {
		err = errors.New("no address")
	}
	if err != nil {
		return netip.Addr{}, fmt.Errorf("cannot resolve advertised media address %q: %w", host, err)
	}
	a, _ := netip.AddrFromSlice(ips[0])
	return a.Unmap(), nil
}

// Serve waits for the end of ctx and closes the engine. Whoever drains calls ends ctx
// when they are over.
func (e *Engine) Serve(ctx context.Context) error {
	<-ctx.Done()
	e.Close()
	return nil
}

// Close ends all streams and loops and waits for them.
func (e *Engine) Close() {
	e.mu.Lock()
	already := e.closed
	e.closed = true
	streams := make([]*Stream, 0, len(e.streams))
	for s := range e.streams {
		streams = append(streams, s)
	}
	e.mu.Unlock()
	for _, s := range streams {
		s.Close()
	}
	if !already {
		for _, l := range e.loops {
			l.stop()
		}
	}
	e.ending.Wait()
}

// Len is how many streams are open.
func (e *Engine) Len() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.streams)
}

// A loop gets streams until it has this many, or that much to do, before the next one gets
// any: a loop with many finds several packets each time it wakes, and streams of one loop
// join at no cost.
const (
	fullStreams = 1024
	fullWork    = 50_000 // units a second, about a fifth of a processor
)

// pick is the loop for a new stream: the first that is not full, then the emptiest.
func (e *Engine) pick() *loop {
	best := e.loops[0]
	for _, l := range e.loops {
		n := l.entered.Load()
		if n < fullStreams && l.rate.Load() < fullWork {
			return l
		}
		if n < best.entered.Load() {
			best = l
		}
	}
	return best
}

// add enters a stream; false when the engine is closed.
func (e *Engine) add(s *Stream) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.streams[s] = struct{}{}
	}
	return !e.closed
}

func (e *Engine) remove(s *Stream) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.streams, s)
}

// bindAddress is what to bind to for a peer.
func (e *Engine) bindAddress(peer netip.Addr) netip.Addr {
	if e.address.IsValid() && !e.address.IsUnspecified() {
		return e.address
	}
	if peer.Unmap().Is6() {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// stands is the address that stands for us toward a peer.
func (e *Engine) stands(peer, bound netip.Addr) netip.Addr {
	peer = peer.Unmap()
	if e.advertised.IsValid() && e.advertised.Is6() == bound.Is6() && public(peer) {
		return e.advertised
	}
	if e.facing != nil {
		if a := e.facing(peer).Unmap(); a.IsValid() && !a.IsUnspecified() && a.Is6() == bound.Is6() {
			return a
		}
	}
	if !bound.IsUnspecified() {
		return bound
	}
	return outgoing(peer, bound)
}

// outgoing asks the system which address it would send from.
func outgoing(peer, bound netip.Addr) netip.Addr {
	c, err := net.Dial("udp", netip.AddrPortFrom(peer, 9).String()) // sends nothing
	if err != nil {
		return bound
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
}

// public says whether an address can be reached from anywhere.
func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}

// shared is the space of carrier-grade NAT (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// since is the time since the engine's start.
func (e *Engine) since() time.Duration { return e.now().Sub(e.start) }
