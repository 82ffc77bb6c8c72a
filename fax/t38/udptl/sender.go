package udptl

import "encoding/binary"

// Correction is how a sender protects its packets.
type Correction uint8

// The corrections (T38FaxUdpEC).
const (
	Redundancy Correction = iota
	FEC
	None
)

// DefaultDepth is how many earlier packets a datagram repeats unless told otherwise.
// Random loss of one in ten then costs one packet in ten thousand.
const DefaultDepth = 3

// Options say how datagrams are built.
type Options struct {
	Correction Correction
	// Depth is how many earlier packets a datagram repeats, or with FEC how many
	// parity packets it has; 1 to MaxSecondary, 0 means DefaultDepth.
	Depth int
	// Span is how many packets each parity packet covers; 0 means 3.
	Span int
	// MaxDatagram is the most octets the peer takes; 0 means 400. A value too small
	// for any datagram is meant for the packet alone, as some peers do.
	MaxDatagram int
}

// The least MaxDatagram that is taken at its word.
const leastDatagram = 72

func (o Options) normal() Options {
	if o.Depth <= 0 {
		o.Depth = DefaultDepth
	}
	if o.Span <= 0 {
		o.Span = 3
	}
	if o.MaxDatagram <= 0 {
		o.MaxDatagram = 400
	}
	if o.MaxDatagram < leastDatagram {
		o.MaxDatagram = size(o.MaxDatagram, o.Depth)
	}
	o.Depth, o.Span = min(o.Depth, MaxSecondary), min(o.Span, MaxSpan)
	if o.Correction == None {
		o.Depth = 0
	}
	return o
}

// size is that of a datagram of n+1 packets of length octets.
func size(length, n int) int { return 4 + (n+1)*partSize(length) }

// Sender numbers packets and makes datagrams of them. It belongs to one goroutine.
type Sender struct {
	o    Options
	seq  uint16
	past [][]byte // the packets before, a ring
	last int      // where in past the latest is
	sent int      // how many of past are there
	xor  []byte
}

// NewSender makes a sender that starts at sequence number 0.
func NewSender(o Options) *Sender {
	s := &Sender{o: o.normal()}
	keep := s.o.Depth
	if s.o.Correction == FEC {
		keep *= s.o.Span
	}
	s.past = make([][]byte, keep)
	return s
}

// Room is the longest packet that still leaves place for the whole depth, but never
// less than least octets: then the depth suffers.
func (s *Sender) Room(least int) int {
	room := (s.o.MaxDatagram-4)/(s.o.Depth+1) - 1
	if s.o.Correction == FEC {
		room = (s.o.MaxDatagram-6)/(s.o.Depth+1) - 1
	}
	return min(max(room, least), MaxIFP, max(s.o.MaxDatagram-5, 1))
}

// Append adds the datagram of the next packet to dst. Copies that would make it
// longer than the peer takes are left out, the oldest first.
func (s *Sender) Append(dst, packet []byte) []byte {
	start := len(dst)
	dst = binary.BigEndian.AppendUint16(dst, s.seq)
	dst = appendPart(dst, packet)
	if s.o.Correction == FEC && s.sent > 0 {
		dst = s.appendParity(dst, start)
	} else {
		dst = s.appendCopies(dst, start)
	}
	s.remember(packet)
	return dst
}

func (s *Sender) appendCopies(dst []byte, start int) []byte {
	dst = append(dst, 0, 0)
	count := len(dst) - 1
	depth := 0
	if s.o.Correction == Redundancy {
		depth = min(s.sent, len(s.past))
	}
	for i := range depth {
		p := s.before(i + 1)
		if len(dst)-start+partSize(len(p)) > s.o.MaxDatagram {
			break
		}
		dst = appendPart(dst, p)
		dst[count]++
	}
	return dst
}

// appendParity writes parity for as many of the packets before as there are.
func (s *Sender) appendParity(dst []byte, start int) []byte {
	entries := min(s.o.Depth, s.sent)
	span := min(s.o.Span, s.sent/entries)
	for entries > 1 && len(dst)-start+4+entries*partSize(s.longest(entries*span)) > s.o.MaxDatagram {
		entries--
	}
	dst = append(dst, 0x80, 1, byte(span), byte(entries))
	for m := range entries {
		s.xor = s.xor[:0]
		for k := 1; k <= span; k++ {
			s.xor = xorInto(s.xor, s.before(k*entries-m))
		}
		dst = appendPart(dst, s.xor)
	}
	return dst
}

func (s *Sender) longest(n int) (most int) {
	for i := range n {
		most = max(most, len(s.before(i+1)))
	}
	return most
}

// before is the packet sent back packets ago; 1 is the latest.
func (s *Sender) before(back int) []byte {
	return s.past[(s.last+len(s.past)-back+1)%len(s.past)]
}

func (s *Sender) remember(packet []byte) {
	s.seq++
	if len(s.past) == 0 {
		return
	}
	s.last = (s.last + 1) % len(s.past)
	s.past[s.last] = append(s.past[s.last][:0], packet...)
	s.sent = min(s.sent+1, len(s.past))
}

// xorInto makes dst ^= p, dst grown with zeros to the longer of both.
func xorInto(dst, p []byte) []byte {
	for i, b := range p {
		if i < len(dst) {
			dst[i] ^= b
		} else {
			dst = append(dst, b)
		}
	}
	return dst
}

// Size is the longest datagram Append makes of packets within Room.
func (s *Sender) Size() int { return s.o.MaxDatagram }
