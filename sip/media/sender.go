package media

import (
	"math/rand/v2"
	"time"
)

// maxJump is how many sequence numbers a source may leap before it counts as another.
const maxJump = 1000

// sender gives what leaves a stream one SSRC and continuous sequence numbers and
// timestamps, whatever the source is.
type sender struct {
	ssrc    uint32
	started bool
	seq     uint16 // the highest sent
	ts      uint32 // of that packet
	at      time.Duration

	// from is whose numbers the offsets belong to; nil: our own packets.
	from      *Stream
	fromSSRC  uint32
	seqOffset uint16
	tsOffset  uint32

	eventTS   uint32 // of the event being scaled, and what it is sent as
	eventAs   uint32
	packets   uint64
	octets    uint64 // payload
	lastEvent bool
}

// init draws the random start (RFC 3550 section 5.1). The sequence starts in the lower
// half, so that a lost first packet cannot upset SRTP's rollover counter (RFC 3711
// section 3.3.1).
func (o *sender) init() {
	o.ssrc, o.ts, o.seq = rand.Uint32(), rand.Uint32(), uint16(rand.Uint32())>>1
}

// samples is a time in units of a clock.
func samples(d time.Duration, clock int) uint32 {
	return uint32(uint64(d) * uint64(clock) / uint64(time.Second))
}

// next is the place after the last packet: one frame on, or as much as time has passed.
func (o *sender) next(now time.Duration, clock int) (seq uint16, ts uint32) {
	if !o.started {
		return o.seq, o.ts
	}
	return o.seq + 1, o.ts + max(samples(now-o.at, clock), samples(frame, clock))
}

// took notes a packet that is about to be sent.
func (o *sender) took(now time.Duration, seq uint16, ts uint32) {
	if !o.started || int16(seq-o.seq) > 0 {
		o.started, o.seq, o.ts, o.at = true, seq, ts, now
	}
}

// place finds the sequence number and timestamp for a packet of another stream. fresh
// says that the source has changed.
func (o *sender) place(now time.Duration, from *Stream, h header, clock int) (seq uint16, ts uint32, fresh bool) {
	jump := int16(h.seq + o.seqOffset - o.seq)
	if o.from != from || o.fromSSRC != h.ssrc || jump > maxJump || jump < -maxJump {
		fresh = true
		seq, ts = o.next(now, clock)
		o.from, o.fromSSRC, o.seqOffset, o.tsOffset = from, h.ssrc, seq-h.seq, ts-h.ts
	}
	seq, ts = h.seq+o.seqOffset, h.ts+o.tsOffset
	o.took(now, seq, ts)
	return seq, ts, fresh
}

// placeEvent is place for an event whose clock is not ours: all its packets get the
// timestamp the first one is due.
func (o *sender) placeEvent(now time.Duration, from *Stream, h header, clock int) (seq uint16, ts uint32) {
	_, due := o.next(now, clock)
	if !o.lastEvent || o.eventTS != h.ts {
		o.lastEvent, o.eventTS, o.eventAs = true, h.ts, due
	}
	if o.from != from || o.fromSSRC != h.ssrc {
		next, _ := o.next(now, clock)
		o.from, o.fromSSRC, o.seqOffset = from, h.ssrc, next-h.seq
		o.tsOffset = due - h.ts
	}
	seq = h.seq + o.seqOffset
	if !o.started || int16(seq-o.seq) > 0 {
		o.started, o.seq, o.at = true, seq, now
		o.ts = due
	}
	return seq, o.eventAs
}

// skip closes the gap that a packet of from leaves which is not sent on purpose.
func (o *sender) skip(from *Stream) {
	if o.from == from {
		o.seqOffset--
	}
}

// own is the place of a packet of our own making, samples after the one before, or where
// time puts it when the one before was another source's.
func (o *sender) own(now time.Duration, clock int, length uint32, first bool) (seq uint16, ts uint32) {
	seq, ts = o.next(now, clock)
	if !first && o.started {
		ts = o.ts + length
	}
	o.from = nil
	o.took(now, seq, ts)
	return seq, ts
}
