package media

import (
	"bytes"
	"net/netip"
	"time"
)

// receive handles one datagram.
func (s *Stream) receive(l *loop, p *port, b []byte) {
	path := s.reach()
	if path == nil {
		return
	}
	from := l.reader.source()
	switch {
	case path.kind == T38:
		if !p.rtcp {
			s.receiveUDPTL(l, from, b)
		}
	case isRTCP(b) && (p.rtcp || path.mux):
		s.receiveRTCP(l, from, b)
	case !p.rtcp:
		s.receiveRTP(l, from, b)
	}
}

func (s *Stream) receiveRTP(l *loop, from netip.AddrPort, b []byte) {
	f := &s.flow
	h, ok := parseHeader(b)
	if !ok {
		f.dropped++
		return
	}
	format := f.seen.known[h.pt]
	if format == 0 {
		f.dropped++
		return
	}
	if f.seen.in != nil {
		if b, ok = f.seen.in.rtp(b, h.ssrc); !ok || len(b) < h.size {
			f.unauthenticated++
			return
		}
		f.latch.trust(s, from, l.now)
	} else if !f.latch.admit(s, from, h, l.now) {
		f.strangers++
		return
	}
	f.latch.ssrc, f.latch.seq = h.ssrc, h.seq
	f.since, f.silent = l.now, false
	clock := f.seen.clockOf(format)
	f.in.received(l.now, h, len(b), clock)
	s.live()
	if format&eventFormat != 0 {
		s.receiveEvent(l, h, b, clock)
		return
	}
	if f.tap != nil {
		f.tap.hear(l.now, f.seen, h, b)
	}
	if f.ear != nil {
		s.listen(l, h, b)
	}
	s.relay(l, h, b)
}

// receiveUDPTL relays a datagram of T.38 untouched, when it comes from where the peer is
// known to be.
func (s *Stream) receiveUDPTL(l *loop, from netip.AddrPort, b []byte) {
	f := &s.flow
	if !f.latch.admitUDPTL(s, from, l.now) {
		f.strangers++
		return
	}
	f.since, f.silent = l.now, false
	f.in.packets++
	f.in.bytes += uint64(len(b))
	s.live()
	if f.fax != nil {
		f.fax(bytes.Clone(b))
		return
	}
	to := s.to.Load()
	if to == nil {
		f.idle++
		return
	}
	q := to.reach()
	if q == nil || q.kind != T38 || to.flow.dest == nil {
		f.idle++
		return
	}
	if send(to.rtp.fd, b, to.flow.dest) {
		to.flow.out.packets++
		to.flow.out.octets += uint64(len(b))
		to.live()
	}
	f.relayed++
}

// visit is the stream's second: silence, unfinished events, reports, metrics.
func (s *Stream) visit(l *loop) {
	f := &s.flow
	f.visits++
	s.count()
	p := s.reach()
	if p == nil {
		return
	}
	s.expireEvent(l)
	s.checkSilence(l, p)
	if f.visits%reportVisits == firstReport {
		s.report(l, p)
	}
}

func (s *Stream) checkSilence(l *loop, p *path) {
	f, after := &s.flow, s.e.silenceAfter
	if after <= 0 || !p.expects || f.silent {
		return
	}
	if silence := l.now - f.since; silence >= after {
		f.silent = true
		s.tell(NoMedia{Silence: silence.Truncate(time.Millisecond)})
	}
}

// count adds to the metrics what came since the last time.
func (s *Stream) count() {
	f, m := &s.flow, s.e.metrics
	is := counted{f.relayed, f.dropped + f.idle, f.strangers, f.unauthenticated, f.in.lost()}
	was := f.counted
	if is == was {
		return
	}
	m.relayed.Add(float64(is.relayed - was.relayed))
	m.dropped.Add(float64(is.dropped - was.dropped))
	m.strangers.Add(float64(is.strangers - was.strangers))
	m.unauthenticated.Add(float64(is.unauthenticated - was.unauthenticated))
	if is.lost > was.lost { // late packets take losses back
		m.lost.Add(float64(is.lost - was.lost))
	} else {
		is.lost = was.lost
	}
	f.counted = is
}
