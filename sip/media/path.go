package media

import (
	"net/netip"
	"slices"

	"dialtone/sip/sdp"
)

// path is what offer and answer agreed: where packets go and what they may be. It is
// immutable, but for the state of the SRTP contexts, which is the loop's.
type path struct {
	kind    Kind
	mux     bool // RTCP comes and goes through the RTP port
	sends   bool // we may send
	expects bool // the peer should send
	clock   int  // of our timestamps, Hz
	clocks  [maxClocks]int32
	in      *opener
	out     *sealer // both nil: RTP
	known   [128]format

	symmetric        bool
	round            uint32 // of negotiation; a new one opens the latch
	peer             netip.Addr
	remote           netip.AddrPort // invalid or unspecified: nowhere
	remoteRTCP       netip.AddrPort
	formats          []sdp.Codec // what the peer may send, by our payload types
	voices           []sdp.Codec // what the peer takes, by its payload types, in its order
	events, comforts []sdp.Codec // likewise telephone-event and CN
}

// format is what a payload type is: 0 for one that the peer may not send, else
// the index of its clock plus one, and the upper bit for telephone-event.
type format uint8

const eventFormat format = 1 << 7

// maxClocks is how many different clocks the formats of a path may have; those beyond are
// not understood.
const maxClocks = 5

// voice is the codec we send.
func (p *path) voice() (sdp.Codec, bool) {
	if len(p.voices) == 0 {
		return sdp.Codec{}, false
	}
	return p.voices[0], true
}

// clockOf is the clock of a format, in Hz.
func (p *path) clockOf(f format) int { return int(p.clocks[f&^eventFormat-1]) }

// learn enters what the peer may send and takes.
func (p *path) learn(ours, theirs []sdp.Codec) {
	p.formats = ours
	for _, c := range ours {
		i := slices.IndexFunc(p.clocks[:], func(clock int32) bool { return clock == 0 || int(clock) == c.Clock })
		if i < 0 || c.Clock <= 0 {
			continue
		}
		p.clocks[i] = int32(c.Clock)
		p.known[c.PT&0x7f] = format(i + 1)
		if c.DTMF() {
			p.known[c.PT&0x7f] |= eventFormat
		}
	}
	for _, c := range theirs {
		switch {
		case c.DTMF():
			p.events = append(p.events, c)
		case c.ComfortNoise():
			p.comforts = append(p.comforts, c)
		default:
			p.voices = append(p.voices, c)
		}
	}
	p.clock = 8000
	if len(p.voices) > 0 && p.voices[0].Clock > 0 {
		p.clock = p.voices[0].Clock
	}
}

// event is the peer's telephone-event, of that clock if it has one.
func (p *path) event(clock int) (sdp.Codec, bool) {
	for _, c := range p.events {
		if c.Clock == clock {
			return c, true
		}
	}
	if len(p.events) == 0 {
		return sdp.Codec{}, false
	}
	return p.events[0], true
}
