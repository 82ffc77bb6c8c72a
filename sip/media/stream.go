package media

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"

	"dialtone/sip/sdp"
)

// Kind is what a stream carries.
type Kind uint8

// The kinds.
const (
	Audio Kind = iota
	T38
)

func (k Kind) String() string {
	if k == T38 {
		return "t38"
	}
	return "audio"
}

// Policy says how a peer's media is secured with keys in the description (RFC 4568).
type Policy uint8

// The policies.
const (
	// Off uses RTP only.
	Off Policy = iota
	// Optional answers as offered and offers RTP.
	Optional
	// Preferred answers as offered and offers RTP with keys, so that a peer that knows
	// them may use SRTP.
	Preferred
	// Mandatory accepts and offers SRTP only.
	Mandatory
)

// Options of a stream.
type Options struct {
	// Peer is the address the peer's signalling comes from.
	Peer netip.Addr
	SRTP Policy
	// Symmetric sends to where the peer's packets come from, for phones behind NAT.
	Symmetric bool
	// Codecs are all that may be used with this peer, nil for any.
	Codecs []sdp.Codec
	// Beside is a stream this one will be joined to: both get the same loop at once.
	Beside *Stream
	// Sink is told events; it must not wait and not call the stream. May be nil.
	Sink func(Event)
}

// Stream is one leg's media. Its methods may be used from any goroutine, but by the owner
// of the call only: not two at a time.
type Stream struct {
	// What packets need comes first and close together.
	rtp   port
	loop  atomic.Pointer[loop]
	path  atomic.Pointer[path]   // nil until offer and answer met
	to    atomic.Pointer[Stream] // where packets are relayed to; in the same loop
	alive atomic.Bool            // a loop has something to tell in Stats
	flow  flow                   // the loop's

	e         *Engine
	peer      netip.Addr
	addr      netip.AddrPort // what descriptions say
	pair      pair
	rtcp      port
	policy    Policy
	symmetric bool
	sink      func(Event)

	mu     sync.Mutex // guards what follows
	closed bool
	other  *Stream // the stream joined
	negotiation
}

// NewStream opens a pair of ports. It fails with ErrPorts when there is none.
func (e *Engine) NewStream(o Options) (*Stream, error) {
	if !o.Peer.IsValid() {
		return nil, fmt.Errorf("cannot open media: no peer address")
	}
	bound := e.bindAddress(o.Peer)
	got, err := e.ports.acquire(bound)
	if err != nil {
		e.metrics.exhausted.Inc()
		return nil, err
	}
	s := &Stream{
		e: e, peer: o.Peer.Unmap(), pair: got, policy: o.SRTP, symmetric: o.Symmetric, sink: o.Sink,
		negotiation: newNegotiation(o.Codecs),
	}
	s.addr = netip.AddrPortFrom(e.stands(o.Peer, bound), got.port)
	s.rtp = port{stream: s, fd: got.rtp}
	s.rtcp = port{stream: s, fd: got.rtcp, rtcp: true}
	s.flow.init()
	if !e.add(s) {
		s.free()
		return nil, ErrClosed
	}
	l := e.pick()
	if o.Beside != nil {
		l = o.Beside.loop.Load()
	}
	if err := s.enter(l); err != nil {
		e.remove(s)
		s.free()
		return nil, err
	}
	return s, nil
}

// enter puts a new stream's sockets under a loop's watch.
func (s *Stream) enter(l *loop) error {
	s.loop.Store(l)
	if !s.e.sockets.add(&s.rtp) {
		return ErrPorts
	}
	if !s.e.sockets.add(&s.rtcp) {
		s.e.sockets.remove(&s.rtp)
		return ErrPorts
	}
	l.enter(s)
	if err := l.watch(s); err != nil {
		l.post(func() { l.leave(s) }, false)
		s.e.sockets.remove(&s.rtp)
		s.e.sockets.remove(&s.rtcp)
		return fmt.Errorf("cannot watch media port %d: %w", s.pair.port, err)
	}
	return nil
}

// free closes the sockets and lets the ports rest.
func (s *Stream) free() {
	closeSocket(s.pair.rtp)
	closeSocket(s.pair.rtcp)
	s.e.ports.release(s.pair.index, true)
}

// Close ends the stream and frees all it has, in the background within a tenth of a
// second. Its ports rest before they are used again.
func (s *Stream) Close() {
	s.mu.Lock()
	already := s.closed
	s.closed = true
	s.mu.Unlock()
	if already {
		return
	}
	s.Leave()
	l := s.loop.Load()
	l.do(func() {
		s.flow.gone = true
		s.count() // what came since the last visit
		s.e.sockets.remove(&s.rtp)
		s.e.sockets.remove(&s.rtcp)
		l.leave(s)
		s.free()
		s.e.remove(s)
	}, false)
}

// Addr is the address and RTP port in our descriptions.
func (s *Stream) Addr() netip.AddrPort { return s.addr }

// tell gives the sink an event.
func (s *Stream) tell(e Event) {
	if s.sink != nil {
		s.sink(e)
	}
}
