package udptl

// What a receiver takes for the same stream.
const (
	maxJump  = 2000 // packets that may be missing at once
	resync   = 8    // datagrams in a row, each the one before plus 1, that move it elsewhere
	fecSlots = 256  // packets remembered for parity: MaxSecondary × MaxSpan
	earlyOn  = 16   // a stream whose first datagram has a lower number began at 0
)

// Stats count what came.
type Stats struct {
	Datagrams   uint64 // all, those refused too
	Malformed   uint64
	Old         uint64 // duplicates and those too late
	Implausible uint64 // sequence numbers out of reach
	Recovered   uint64 // packets had from copies or parity
	Lost        uint64 // packets that never came
}

// Receiver puts packets back in order. It belongs to one goroutine.
type Receiver struct {
	deliver func(packet []byte, lost int)
	next    uint16
	started bool
	stray   uint16 // the number after that of the last datagram out of place
	strays  int
	stats   Stats
	d       Datagram
	past    *[fecSlots]kept
}

type kept struct {
	seq    uint16
	have   bool
	packet []byte
}

// NewReceiver makes a receiver that calls deliver for each packet once, in order.
// The packet is only valid during the call; lost is how many packets right before it
// never came.
func NewReceiver(deliver func(packet []byte, lost int)) *Receiver {
	return &Receiver{deliver: deliver}
}

// Stats is what was counted so far.
func (r *Receiver) Stats() Stats { return r.stats }

// Receive takes a datagram.
func (r *Receiver) Receive(b []byte) error {
	r.stats.Datagrams++
	if err := r.d.Parse(b); err != nil {
		r.stats.Malformed++
		return err
	}
	if !r.started {
		r.start()
	}
	if ahead := int16(r.d.Seq - r.next); ahead < 0 || ahead > maxJump {
		if ahead < 0 {
			r.stats.Old++
		} else {
			r.stats.Implausible++
		}
		if !r.moved() {
			return nil
		}
		r.next = r.d.Seq
	}
	r.strays = 0
	r.take()
	return nil
}

func (r *Receiver) start() {
	r.started = true
	if r.d.Seq >= earlyOn {
		r.next = r.d.Seq
	}
}

// moved reports whether the peer has evidently begun to count elsewhere. A single
// forged number moves nothing.
func (r *Receiver) moved() bool {
	if r.strays > 0 && r.d.Seq == r.stray {
		r.strays++
	} else {
		r.strays = 1
	}
	r.stray = r.d.Seq + 1
	return r.strays >= resync
}

// take delivers what the datagram brings: the packets between that it repeats, then
// its own.
func (r *Receiver) take() {
	if len(r.d.Parity) > 0 {
		r.recover()
	}
	lost := 0
	for ; r.next != r.d.Seq; r.next++ {
		p := r.missing()
		if p == nil {
			lost++
			r.stats.Lost++
			continue
		}
		r.stats.Recovered++
		r.hand(p, lost)
		lost = 0
	}
	r.hand(r.d.Primary, lost)
	r.next++
}

// missing is packet r.next if the datagram tells it.
func (r *Receiver) missing() []byte {
	if back := int(r.d.Seq - 1 - r.next); back < len(r.d.Secondary) {
		return r.d.Secondary[back]
	}
	if k := r.slot(r.next); k != nil && k.have && k.seq == r.next {
		return k.packet
	}
	return nil
}

func (r *Receiver) hand(p []byte, lost int) {
	if r.past != nil {
		r.keep(r.next, p)
	}
	if len(p) > 0 {
		r.deliver(p, lost)
	}
}

func (r *Receiver) slot(seq uint16) *kept {
	if r.past == nil {
		return nil
	}
	return &r.past[seq%fecSlots]
}

func (r *Receiver) keep(seq uint16, p []byte) {
	k := r.slot(seq)
	if k.have && k.seq == seq {
		return
	}
	k.seq, k.have, k.packet = seq, true, append(k.packet[:0], p...)
}

// recover solves what the parity packets tell, until they tell nothing new. Packets
// are remembered from the first datagram with parity on.
func (r *Receiver) recover() {
	if r.past == nil {
		r.past = new([fecSlots]kept)
	}
	for again := true; again; {
		again = false
		for m := range r.d.Parity {
			again = r.solve(m) || again
		}
	}
}

// solve recovers the one packet that entry m covers and that is missing.
func (r *Receiver) solve(m int) bool {
	var gap uint16
	gaps := 0
	entries := len(r.d.Parity)
	for k := 1; k <= r.d.Span; k++ {
		seq := r.d.Seq + uint16(m) - uint16(k*entries)
		if p := r.slot(seq); !p.have || p.seq != seq {
			gap, gaps = seq, gaps+1
		}
	}
	if gaps != 1 || int16(gap-r.next) < 0 {
		return false
	}
	k := r.slot(gap)
	k.packet = append(k.packet[:0], r.d.Parity[m]...)
	for i := 1; i <= r.d.Span; i++ {
		if seq := r.d.Seq + uint16(m) - uint16(i*entries); seq != gap {
			k.packet = xorInto(k.packet, r.slot(seq).packet)
		}
	}
	k.seq, k.have = gap, true
	return true
}
