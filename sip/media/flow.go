package media

import (
	"net/netip"
	"time"
)

// flow is what a stream's loop knows of it. Only that loop touches it.
type flow struct {
	// Every packet needs these; they lie together for the cache's sake.
	seen    *path   // the last one acted upon
	dest    *target // of RTP; nil: nowhere
	route   *route  // from seen to routeTo
	routeTo *path
	relayed uint64
	since   time.Duration // last sign of life, or when it was first to be expected
	broken  bool
	silent  bool         // told
	maker   bool         // has something to make, and is in the loop's list for it
	tap     *Tap         // who records what comes; nil: nobody
	ear     *ear         // listens for the tones of fax machines; nil: nobody does
	fax     func([]byte) // who reads T.38; nil: it is relayed
	latch   latch
	in      receiver
	out     sender

	control *target // of RTCP
	reports reports
	events  events
	player  player
	digits  digits

	gone            bool // closed
	makerAt         int
	slot, slotAt    int // in the loop's visits
	visits          int
	dropped         uint64
	strangers       uint64
	unauthenticated uint64
	idle            uint64 // nobody to relay to
	counted         counted
}

// counted is what went into the metrics already.
type counted struct{ relayed, dropped, strangers, unauthenticated, lost uint64 }

func (f *flow) init() {
	f.out.init()
	f.reports.init()
}

// adopt follows a new path.
func (s *Stream) adopt(p *path) {
	f := &s.flow
	old := f.seen
	f.seen, f.route = p, nil
	now := s.e.since()
	switch {
	case old == nil || p.remote != old.remote && sendable(p.remote):
		f.latch.reset()
		f.dest, f.control = targetOf(s.pairFamily(), p.remote), targetOf(s.pairFamily(), p.remoteRTCP)
	case p.round != old.round:
		f.latch.reopen(now)
		if p.mux {
			f.control = f.dest
		}
	}
	if old == nil || p.expects && !old.expects || p.kind != old.kind {
		f.since, f.silent = now, false
	}
	if p.sends && f.player.source != nil {
		f.player.choose(p)
	}
}

// pairFamily says whether the sockets are IPv6.
func (s *Stream) pairFamily() bool { return s.addr.Addr().Is6() }

// sendable says whether packets can go to an address.
func sendable(a netip.AddrPort) bool {
	return a.IsValid() && a.Port() != 0 && !a.Addr().IsUnspecified() && !a.Addr().IsMulticast()
}

func targetOf(v6 bool, a netip.AddrPort) *target {
	if !sendable(a) || a.Addr().Unmap().Is6() != v6 {
		return nil
	}
	return newTarget(a)
}

// transmit sends an RTP packet of the stream, encrypted where that is agreed. b must have
// room for the tag.
func (s *Stream) transmit(l *loop, b []byte) {
	f := &s.flow
	if f.dest == nil {
		return
	}
	size := len(b) - headerSize
	if f.seen.out != nil {
		var ok bool
		if b, ok = f.seen.out.rtp(b); !ok {
			return
		}
	}
	if send(s.rtp.fd, b, f.dest) {
		f.out.packets++
		f.out.octets += uint64(size)
		s.live()
	}
}

// live lets Stats know that there is something to see.
func (s *Stream) live() {
	if !s.alive.Load() {
		s.alive.Store(true)
	}
}
