package media

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"time"
)

// Reports go out on every fifth visit, that is every 5 s (RFC 3550 section 6.2), the
// first 2 s after the start.
const reportVisits, firstReport = 5, 2

// The RTCP packet types used here (RFC 3550 section 12.1).
const (
	typeSR, typeRR, typeSDES = 200, 201, 202
	reportBlock              = 24
	maxLost                  = 1<<23 - 1
)

// cnameSize makes the SDES chunk, with its header and end, a multiple of four.
const cnameSize = 16

// reports is what RTCP told and what it needs.
type reports struct {
	cname [cnameSize]byte // random per stream (RFC 7022)

	heardNTP uint32 // the middle of the peer's last SR's clock
	heardAt  time.Duration

	told      bool   // the peer reports
	lost      uint64 // of ours, as the peer counts
	jitter    uint32 // in units of our clock
	worst     time.Duration
	roundTrip time.Duration
}

func (r *reports) init() {
	const digits = "0123456789abcdefghijklmnopqrstuv"
	n, m := rand.Uint64(), rand.Uint64()
	for i := range r.cname {
		r.cname[i] = digits[n&31]
		n = n>>5 | m<<59
		m >>= 5
	}
}

// ntp is a time in the format of RFC 5905: seconds since 1900 and their fraction.
func ntp(t time.Time) uint64 {
	const since1900 = 2208988800
	return uint64(t.Unix()+since1900)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// report sends an SR, or an RR while nothing has been sent, with SDES.
func (s *Stream) report(l *loop, p *path) {
	f := &s.flow
	if p.kind != Audio || f.control == nil || !f.out.started && !f.in.started {
		return
	}
	b := s.appendReport(l.out[:0], l.now, s.e.now(), p.clock)
	if p.out != nil {
		var ok bool
		if b, ok = p.out.rtcp(b); !ok {
			return
		}
	}
	fd := s.rtcp.fd
	if p.mux {
		fd = s.rtp.fd
	}
	send(fd, b, f.control)
}

// appendReport writes the compound packet.
func (s *Stream) appendReport(b []byte, now time.Duration, wall time.Time, clock int) []byte {
	f := &s.flow
	blocks := byte(0)
	if f.in.started {
		blocks = 1
	}
	if f.out.started {
		b = appendRTCP(b, blocks, typeSR, 24+reportBlock*int(blocks), f.out.ssrc)
		b = binary.BigEndian.AppendUint64(b, ntp(wall))
		b = binary.BigEndian.AppendUint32(b, f.out.ts+samples(now-f.out.at, clock))
		b = binary.BigEndian.AppendUint32(b, uint32(f.out.packets))
		b = binary.BigEndian.AppendUint32(b, uint32(f.out.octets))
	} else {
		b = appendRTCP(b, blocks, typeRR, 4+reportBlock*int(blocks), f.out.ssrc)
	}
	if blocks == 1 {
		b = f.appendBlock(b, now)
	}
	b = appendRTCP(b, 1, typeSDES, 4+2+cnameSize+2, f.out.ssrc)
	b = append(b, 1, cnameSize) // CNAME
	b = append(b, f.reports.cname[:]...)
	return append(b, 0, 0) // the end, to a multiple of four
}

// appendRTCP writes a packet's header and SSRC; size is that of all behind the header.
func appendRTCP(b []byte, count byte, kind byte, size int, ssrc uint32) []byte {
	b = append(b, 0x80|count, kind)
	b = binary.BigEndian.AppendUint16(b, uint16(size/4))
	return binary.BigEndian.AppendUint32(b, ssrc)
}

// appendBlock writes the report about what is received.
func (f *flow) appendBlock(b []byte, now time.Duration) []byte {
	b = binary.BigEndian.AppendUint32(b, f.in.ssrc)
	lost := uint32(min(f.in.lost()-f.in.earlier, maxLost))
	b = binary.BigEndian.AppendUint32(b, uint32(f.in.fraction())<<24|lost)
	b = binary.BigEndian.AppendUint32(b, f.in.highest-1<<16)
	b = binary.BigEndian.AppendUint32(b, uint32(f.in.jitter))
	delay := uint32(0)
	if f.reports.heardNTP != 0 {
		delay = samples(now-f.reports.heardAt, 1<<16)
	}
	b = binary.BigEndian.AppendUint32(b, f.reports.heardNTP)
	return binary.BigEndian.AppendUint32(b, delay)
}

// receiveRTCP takes the peer's reports.
func (s *Stream) receiveRTCP(l *loop, from netip.AddrPort, b []byte) {
	f := &s.flow
	p := f.seen
	if p.in != nil {
		var ok bool
		if b, ok = p.in.rtcp(b); !ok {
			f.unauthenticated++
			return
		}
	} else if !f.latch.mayControl(p, from) {
		f.strangers++
		return
	}
	if !f.readCompound(b, l.now, s.e.now(), p.clock) {
		f.dropped++
		return
	}
	f.since, f.silent = l.now, false // a phone that mutes itself may send nothing else
	if p.symmetric && !p.mux && (f.control == nil || f.control.addr != from) {
		f.control = newTarget(from)
	}
	s.live()
}

// readCompound reads all packets of a datagram; false if it is none.
func (f *flow) readCompound(b []byte, now time.Duration, wall time.Time, clock int) bool {
	for first := true; len(b) > 0; first = false {
		if len(b) < 8 || b[0]>>6 != 2 || first && b[1] != typeSR && b[1] != typeRR {
			return false
		}
		size := 4 * (int(binary.BigEndian.Uint16(b[2:])) + 1)
		if size > len(b) {
			return false
		}
		f.readReport(b[:size], now, wall, clock)
		b = b[size:]
	}
	return true
}

// readReport reads one packet.
func (f *flow) readReport(b []byte, now time.Duration, wall time.Time, clock int) {
	blocks := 8
	switch b[1] {
	case typeSR:
		blocks = 28
		if len(b) < blocks {
			return
		}
		f.reports.heardNTP, f.reports.heardAt = binary.BigEndian.Uint32(b[10:]), now
	case typeRR:
	default:
		return
	}
	for range b[0] & 0x1f {
		if len(b) < blocks+reportBlock {
			return
		}
		if block := b[blocks : blocks+reportBlock]; binary.BigEndian.Uint32(block) == f.out.ssrc {
			f.reports.read(block, wall, clock)
		}
		blocks += reportBlock
	}
}

// maxRoundTrip is what a round trip may be before it is taken for nonsense.
const maxRoundTrip = 30 * time.Second

// read takes the peer's block about our packets.
func (r *reports) read(b []byte, wall time.Time, clock int) {
	lost := int32(binary.BigEndian.Uint32(b[4:])<<8) >> 8 // 24 bits, signed
	r.told, r.lost, r.jitter = true, uint64(max(lost, 0)), binary.BigEndian.Uint32(b[12:])
	r.worst = max(r.worst, units(r.jitter, clock))
	if sent := binary.BigEndian.Uint32(b[16:]); sent != 0 {
		trip := uint32(ntp(wall)>>16) - sent - binary.BigEndian.Uint32(b[20:])
		if d := units(trip, 1<<16); d <= maxRoundTrip {
			r.roundTrip = d
		}
	}
}

// units is a number of clock ticks as a time.
func units(n uint32, clock int) time.Duration {
	return time.Duration(uint64(n) * uint64(time.Second) / uint64(clock))
}
