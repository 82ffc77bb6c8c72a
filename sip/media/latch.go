package media

import (
	"net/netip"
	"time"
)

// Latching (symmetric RTP, RFC 7362 section 4) with a guard against theft. Sources have
// ranks; the first to come with valid packets is believed at once, one of a higher rank
// takes over, and after lockAfter packets nobody of the same or a lower rank does, until
// the peer negotiates anew or its own stream goes on from another address.
const (
	lockAfter = 4 // packets that lock a source
	// stepUp is how many packets in a row, of one source, take the place of a locked one.
	stepUp = 3
	// reopened is how long a new round lets another source in, and quiet how long the
	// known one must have been still by then.
	reopened, quiet = 10 * time.Second, 200 * time.Millisecond
	// moved is the silence after which the same SSRC may go on from elsewhere, within
	// maxGap packets.
	moved  = 2 * time.Second
	maxGap = 3000
)

// rank is how well a source is known.
type rank uint8

const (
	unknown  rank = iota
	stranger      // from anywhere, while the description names no address of use
	near          // from the host of the signalling or of the description
	exact         // from the very address in the description
)

// latch is where a stream's packets come from.
type latch struct {
	source netip.AddrPort // invalid before the first packet
	rank   rank
	count  int
	heard  time.Duration
	open   time.Duration // until when another may step in
	ssrc   uint32        // of the last valid packet
	seq    uint16

	candidate netip.AddrPort // wants to be the source
	run       int            // its packets in a row
	runSSRC   uint32
	runSeq    uint16
}

func (l *latch) reset() { *l = latch{} }

func (l *latch) reopen(now time.Duration) { l.open = now + reopened }

// rankOf is how well the path's peer may be expected at an address.
func rankOf(p *path, from netip.AddrPort) rank {
	switch a := p.remote.Addr(); {
	case from == p.remote:
		return exact
	case from.Addr() == a:
		return near
	case !p.symmetric:
		return unknown
	case from.Addr() == p.peer:
		return near
	case !a.IsValid() || a.IsUnspecified() || !public(a) && a != p.peer:
		return stranger
	}
	return unknown
}

// admit says whether a packet from there may be the peer's.
func (l *latch) admit(s *Stream, from netip.AddrPort, h header, now time.Duration) bool {
	if from == l.source {
		l.heard = now
		l.count = min(l.count+1, lockAfter)
		return true
	}
	r := rankOf(s.flow.seen, from)
	if r == unknown || !l.yields(r, from, h, now) {
		return false
	}
	l.take(s, from, r, now)
	return true
}

// yields says whether the known source gives way to another.
func (l *latch) yields(r rank, from netip.AddrPort, h header, now time.Duration) bool {
	still := now - l.heard
	switch {
	case !l.source.IsValid(), r > l.rank && l.count < lockAfter:
		return true
	case h.ssrc == l.ssrc && still >= moved && h.seq-l.seq < maxGap:
		return true
	case r > l.rank, now < l.open && still >= quiet:
		return l.inARow(from, h)
	}
	return false
}

// inARow counts the packets of a source that wants to be the one.
func (l *latch) inARow(from netip.AddrPort, h header) bool {
	if l.candidate != from || l.runSSRC != h.ssrc || h.seq != l.runSeq+1 {
		l.candidate, l.run = from, 0
	}
	l.run++
	l.runSSRC, l.runSeq = h.ssrc, h.seq
	return l.run >= stepUp
}

// take makes an address the source, and of a symmetric peer the destination.
func (l *latch) take(s *Stream, from netip.AddrPort, r rank, now time.Duration) {
	p, f := s.flow.seen, &s.flow
	known := f.dest != nil && f.dest.addr == from
	l.source, l.rank, l.count, l.heard = from, r, 1, now
	l.candidate, l.run = netip.AddrPort{}, 0
	if known || !p.symmetric {
		return
	}
	f.dest = newTarget(from)
	if p.mux {
		f.control = f.dest
	}
	s.tell(Latched{Address: from})
}

// trust takes a source that has authenticated itself, whoever it seems to be.
func (l *latch) trust(s *Stream, from netip.AddrPort, now time.Duration) {
	if from == l.source {
		l.heard = now
		return
	}
	l.take(s, from, exact, now)
	l.count = lockAfter
}

// admitUDPTL takes the first source at an expected host, and only that one then.
func (l *latch) admitUDPTL(s *Stream, from netip.AddrPort, now time.Duration) bool {
	if from == l.source {
		l.heard = now
		return true
	}
	r := rankOf(s.flow.seen, from)
	if r < near && from.Addr() != l.source.Addr() {
		return false
	}
	if l.source.IsValid() && r <= l.rank && (now >= l.open || now-l.heard < quiet) {
		return false
	}
	l.take(s, from, max(r, near), now)
	return true
}

// mayControl says whether RTCP from there can be the peer's: it comes from the host that
// RTP comes from or should come from.
func (l *latch) mayControl(p *path, from netip.AddrPort) bool {
	if l.source.IsValid() {
		return from.Addr() == l.source.Addr()
	}
	return from == p.remoteRTCP || rankOf(p, from) >= near
}
