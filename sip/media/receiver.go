package media

import "time"

// receiver measures what comes in (RFC 3550 appendix A.1, A.3 and A.8).
type receiver struct {
	packets, bytes uint64
	since          uint64 // packets of this SSRC
	ssrc           uint32
	started        bool
	highest        uint32 // extended sequence number
	clock          int
	transit        int64
	jitter         float64 // in units of the clock
	worst          float64

	base     uint32                             // extended sequence number
	earlier  uint64                             // losses of SSRCs before
	reported struct{ expected, packets uint64 } // at the last report
}

// received notes a packet.
func (r *receiver) received(now time.Duration, h header, size int, clock int) {
	r.packets++
	r.bytes += uint64(size)
	d := int16(h.seq - uint16(r.highest))
	switch {
	case !r.started, h.ssrc != r.ssrc, d < -maxJump, d > maxGap: // the source began anew
		r.restart(h)
	case d > 0:
		r.highest += uint32(d)
	}
	r.since++
	if clock > 0 {
		r.measure(now, h.ts, clock)
	}
}

func (r *receiver) restart(h header) {
	r.earlier = r.lost()
	r.started, r.ssrc, r.since = true, h.ssrc, 0
	r.base = 1<<16 | uint32(h.seq)
	r.highest = r.base
	r.clock = 0
	r.reported.expected, r.reported.packets = 0, 0
}

// measure follows the jitter of packets of one clock.
func (r *receiver) measure(now time.Duration, ts uint32, clock int) {
	transit := int64(samples(now, clock)) - int64(ts)
	if r.clock == clock {
		d := int64(int32(transit - r.transit))
		if d < 0 {
			d = -d
		}
		if d < int64(clock)*maxSpread { // else: the timestamp jumped
			r.jitter += (float64(d) - r.jitter) / 16
			r.worst = max(r.worst, r.jitter)
		}
	}
	r.clock, r.transit = clock, transit
}

// maxSpread is the difference of transit times, in seconds, beyond which a timestamp has
// jumped.
const maxSpread = 5

// spread is a jitter as a time.
func (r *receiver) spread(jitter float64) time.Duration {
	if r.clock == 0 {
		return 0
	}
	return time.Duration(jitter / float64(r.clock) * float64(time.Second))
}

func (r *receiver) expected() uint64 {
	if !r.started {
		return 0
	}
	return uint64(r.highest-r.base) + 1
}

// lost is how many packets did not arrive, all SSRCs together.
func (r *receiver) lost() uint64 {
	if expected := r.expected(); expected > r.since {
		return r.earlier + expected - r.since
	}
	return r.earlier
}

// fraction is the share lost since the last report, in 1/256 (RFC 3550 appendix A.3).
func (r *receiver) fraction() uint8 {
	expected, packets := r.expected()-r.reported.expected, r.since-r.reported.packets
	r.reported.expected, r.reported.packets = r.expected(), r.since
	if expected == 0 || packets >= expected {
		return 0
	}
	return uint8(min((expected-packets)<<8/expected, 255))
}
