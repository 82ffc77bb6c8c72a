package media

import (
	"math"
	"time"
)

// The E-model (ITU-T G.107) with its default values comes down to R = 93.2 − Id − Ie,eff
// for a call over IP.
const (
	basicR = 93.2
	// burst robustness of G.711 with concealment (G.113 appendix I); other codecs have
	// no better published value that fits them all.
	robustness = 25.1
	// localDelay is what coding, packets of 20 ms and a playout buffer add, without the
	// part that follows the jitter.
	localDelay = 40 * time.Millisecond
	// echoDelay is where delay begins to hurt a conversation.
	echoDelay = 177.3 // ms
)

// mos estimates the mean opinion score, 1 to 4.5, of a direction that loses a share of its
// packets.
func mos(loss float64, jitter, roundTrip time.Duration) float64 {
	delay := float64(roundTrip/2+2*jitter+localDelay) / float64(time.Millisecond)
	r := basicR - 0.024*delay - 0.11*max(0, delay-echoDelay)
	percent := 100 * loss
	r -= 95 * percent / (percent + robustness)
	return score(r)
}

// score turns a rating into a mean opinion score (G.107 annex B).
func score(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	return math.Max(1, 1+0.035*r+r*(r-60)*(100-r)*7e-6)
}

// rate fills in what follows from the counts; of is how many packets were sent.
func (q *Quality) rate(of uint64, roundTrip time.Duration) {
	if q.Packets == 0 {
		return
	}
	q.Loss = min(1, float64(q.Lost)/float64(of))
	q.MOS = mos(q.Loss, q.Jitter, roundTrip)
}

// Stats is what the stream has seen so far. It waits for the loop, which answers between
// two packets; a closed stream still has its last figures.
func (s *Stream) Stats() Stats {
	var st Stats
	p := s.path.Load()
	if p != nil {
		st.Kind, st.Secure, st.Remote = p.kind, p.in != nil, p.remote
		if v, ok := p.voice(); ok {
			st.Codec = v.Name
		}
	}
	if s.alive.Load() {
		s.loop.Load().wait(func() { s.flow.stats(&st) })
	}
	return st
}

// stats fills in what the loop measured.
func (f *flow) stats(st *Stats) {
	clock := 8000
	if f.seen != nil && f.seen.clock > 0 {
		clock = f.seen.clock
	}
	if f.dest != nil {
		st.Remote = f.dest.addr
	}
	st.RoundTrip = f.reports.roundTrip
	st.Received = Quality{
		Packets: f.in.packets, Bytes: f.in.bytes, Lost: f.in.lost(), Jitter: f.in.spread(f.in.jitter), MaxJitter: f.in.spread(f.in.worst),
	}
	st.Sent = Quality{Packets: f.out.packets, Bytes: f.out.octets}
	if f.reports.told {
		st.Sent.Lost, st.Sent.Jitter, st.Sent.MaxJitter = f.reports.lost, units(f.reports.jitter, clock), f.reports.worst
	}
	if st.Kind != Audio {
		return
	}
	st.Received.rate(st.Received.Packets+st.Received.Lost, st.RoundTrip)
	st.Sent.rate(st.Sent.Packets, st.RoundTrip)
}
