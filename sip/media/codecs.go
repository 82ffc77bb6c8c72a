package media

import (
	"slices"
	"strings"

	"dialtone/internal/audio"
	"dialtone/sip/sdp"
)

// spoken are the codecs we can make and understand, as a description of ours lists them.
var spoken = [...]sdp.Codec{
	{PT: 0, Name: "PCMU", Clock: 8000, Channels: 1},
	{PT: 8, Name: "PCMA", Clock: 8000, Channels: 1},
	{PT: 9, Name: "G722", Clock: 8000, Channels: 1},
}

// eventRange is the fmtp of telephone-event: the DTMF digits (RFC 4733 section 2.4.1).
const eventRange = "0-15"

// coding is how audio calls a codec; 0 for one it does not know.
func coding(c sdp.Codec) audio.Codec {
	switch {
	case c.Same(spoken[0]):
		return audio.PCMU
	case c.Same(spoken[1]):
		return audio.PCMA
	case c.Same(spoken[2]):
		return audio.G722
	}
	return 0
}

func transcodable(c sdp.Codec) bool { return coding(c) != 0 }

// voice says whether a codec carries speech.
func voice(c sdp.Codec) bool { return c.Name != "" && !c.DTMF() && !c.ComfortNoise() }

func find(list []sdp.Codec, c sdp.Codec) (sdp.Codec, bool) {
	for _, other := range list {
		if other.Same(c) {
			return other, true
		}
	}
	return sdp.Codec{}, false
}

// allowed says whether a codec may be used with the peer.
func (n *negotiation) allowed(c sdp.Codec) bool {
	if len(n.only) == 0 {
		return true
	}
	_, ok := find(n.only, c)
	return ok
}

// offered lists what an offer names: the other leg's voices in its order, then what we can
// transcode to when one of those can be transcoded, unless only those are wanted, and
// telephone-event at each clock.
func (n *negotiation) offered(others []sdp.Codec, only bool) []sdp.Codec {
	var list []sdp.Codec
	open := true // nobody named a voice
	ownWay := false
	for _, c := range others {
		if !voice(c) {
			continue
		}
		open = false
		ownWay = ownWay || transcodable(c)
		if _, twice := find(list, c); !twice && n.allowed(c) {
			list = append(list, c)
		}
	}
	if open || ownWay && !only {
		for _, c := range spoken {
			if _, twice := find(list, c); !twice && n.allowed(c) {
				list = append(list, c)
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	if c, ok := comfort(others); ok {
		list = append(list, c)
	}
	return n.number(n.addEvents(list))
}

func comfort(list []sdp.Codec) (sdp.Codec, bool) {
	i := slices.IndexFunc(list, sdp.Codec.ComfortNoise)
	if i < 0 {
		return sdp.Codec{}, false
	}
	return list[i], true
}

// addEvents adds telephone-event at 8 kHz and at the clocks of the voices.
func (n *negotiation) addEvents(list []sdp.Codec) []sdp.Codec {
	clocks := []int{}
	for _, c := range list {
		if voice(c) && !slices.Contains(clocks, c.Clock) {
			clocks = append(clocks, c.Clock)
		}
	}
	if !slices.Contains(clocks, 8000) {
		clocks = append(clocks, 8000)
	}
	for _, clock := range clocks {
		list = append(list, sdp.Codec{PT: 101, Name: "telephone-event", Clock: clock, Channels: 1, Fmtp: eventRange})
	}
	return list
}

// answered lists what an answer to the section names: one voice, the one that needs no
// transcoding if there is one, with telephone-event and comfort noise.
func (n *negotiation) answered(m *sdp.Media, prefer []sdp.Codec) []sdp.Codec {
	v, ok := n.choose(m, prefer)
	if !ok {
		return nil
	}
	list := []sdp.Codec{v}
	if c, ok := comfort(prefer); ok {
		if theirs, ok := m.Find(c); ok && theirs.Clock == v.Clock {
			list = append(list, theirs)
		}
	}
	pt, ok := m.DTMF(v.Clock)
	clock := v.Clock
	if !ok {
		pt, ok = m.DTMF(8000)
		clock = 8000
	}
	if ok {
		list = append(list, sdp.Codec{PT: pt, Name: "telephone-event", Clock: clock, Channels: 1, Fmtp: eventRange})
	}
	return list
}

// choose finds the voice of an answer, with the parameters the other leg wants.
func (n *negotiation) choose(m *sdp.Media, prefer []sdp.Codec) (sdp.Codec, bool) {
	ownWay, open := false, true
	for _, c := range prefer {
		if !voice(c) {
			continue
		}
		open = false
		ownWay = ownWay || transcodable(c)
		if theirs, ok := m.Find(c); ok && n.allowed(theirs) {
			theirs.Fmtp = c.Fmtp
			return theirs, true
		}
	}
	var other sdp.Codec
	found := false
	for _, c := range m.Codecs {
		if !voice(c) || !n.allowed(c) {
			continue
		}
		if transcodable(c) && (ownWay || open) {
			return c, true
		}
		if open && !found {
			other, found = c, true
		}
	}
	return other, found
}

// number gives each codec the payload type it has had in this stream, else its fixed one,
// else the one it came with, else a free one; telephone-event after the others.
func (n *negotiation) number(list []sdp.Codec) []sdp.Codec {
	taken := [128]bool{}
	for i := range list {
		list[i].PT = n.payloadType(list[i], &taken)
		taken[list[i].PT] = true
		n.mean(list[i])
	}
	return list
}

// mean notes what a payload type of ours stands for.
func (n *negotiation) mean(c sdp.Codec) {
	if i := n.meaning(c.PT); i >= 0 {
		n.types[i] = c
		return
	}
	n.types = append(n.types, c)
}

// meaning is the index in types of a payload type, -1 if it has had none.
func (n *negotiation) meaning(pt uint8) int {
	return slices.IndexFunc(n.types, func(c sdp.Codec) bool { return c.PT == pt })
}

// The payload types without a fixed meaning (RFC 3551 section 6).
const firstDynamic, lastDynamic = 96, 127

func (n *negotiation) payloadType(c sdp.Codec, taken *[128]bool) uint8 {
	free := func(pt uint8) bool { return !taken[pt] && n.meaning(pt) < 0 }
	for _, known := range n.types {
		if known.Same(c) && !taken[known.PT] {
			return known.PT
		}
	}
	for pt := range uint8(firstDynamic) {
		if fixed, ok := sdp.Static(pt); ok && fixed.Same(c) {
			return pt
		}
	}
	if c.PT >= firstDynamic && c.PT <= lastDynamic && free(c.PT) {
		return c.PT
	}
	for pt := uint8(firstDynamic); pt <= lastDynamic; pt++ {
		if free(pt) {
			return pt
		}
	}
	for pt := uint8(lastDynamic); ; pt-- { // all had a meaning once: one has to change it
		if !taken[pt] {
			return pt
		}
	}
}

// Codecs are the voices, telephone-event and comfort noise of the peer: what it offers
// while its offer is open, else what was agreed, in its order.
func (s *Stream) Codecs() []sdp.Codec {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.theirs != nil {
		if m := s.acceptable(s.theirs, nil); m >= 0 {
			return slices.DeleteFunc(slices.Clone(s.theirs.Media[m].Codecs), func(c sdp.Codec) bool { return !s.allowed(c) && voice(c) })
		}
	}
	if p := s.path.Load(); p != nil {
		return slices.Concat(p.voices, p.events, p.comforts)
	}
	return nil
}

// Codec is the voice we send to the peer; false without one.
func (s *Stream) Codec() (sdp.Codec, bool) {
	p := s.path.Load()
	if p == nil {
		return sdp.Codec{}, false
	}
	return p.voice()
}

// rtpProfile says whether a section's profile is one we can do, and whether it is SRTP.
func rtpProfile(proto string) (secure, ok bool) {
	switch strings.ToUpper(proto) {
	case "RTP/AVP", "RTP/AVPF":
		return false, true
	case "RTP/SAVP", "RTP/SAVPF":
		return true, true
	}
	return false, false
}
