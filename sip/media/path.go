package media

import (
	"net/netip"

	"dialtone/sip/sdp"
)

// path is what offer and answer agreed: where packets go and what they may be. It is
// immutable, but for the state of the SRTP contexts, which is the loop's.
type path struct {
	kind             Kind
	round            uint32         // of negotiation; a new one opens the latch
	remote           netip.AddrPort // invalid or unspecified: nowhere
	remoteRTCP       netip.AddrPort
	mux              bool // RTCP comes and goes through the RTP port
	symmetric        bool
	peer             netip.Addr
	formats          []sdp.Codec // what the peer may send, by our payload types
	known            [128]uint8  // payload type → index in formats + 1
	voices           []sdp.Codec // what the peer takes, by its payload types, in its order
	events, comforts []sdp.Codec // likewise telephone-event and CN
	sends            bool        // we may send
	expects          bool        // the peer should send
	in               *opener     // nil: RTP
	out              *sealer
}

// voice is the codec we send.
func (p *path) voice() (sdp.Codec, bool) {
	if len(p.voices) == 0 {
		return sdp.Codec{}, false
	}
	return p.voices[0], true
}

// clock is the rate of our timestamps.
func (p *path) clock() int {
	if v, ok := p.voice(); ok && v.Clock > 0 {
		return v.Clock
	}
	return 8000
}

// format is the codec of a payload type the peer may send; nil for another.
func (p *path) format(pt uint8) *sdp.Codec {
	i := p.known[pt&0x7f]
	if i == 0 {
		return nil
	}
	return &p.formats[i-1]
}

// learn enters what the peer may send and takes.
func (p *path) learn(ours, theirs []sdp.Codec) {
	p.formats = ours
	for i, c := range ours {
		p.known[c.PT&0x7f] = uint8(i + 1)
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
