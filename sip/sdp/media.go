package sdp

import (
	"net/netip"
	"strings"
)

// Media is one m= section with what it inherits from the session.
type Media struct {
	Kind  string // audio, video, image, application …; lower case
	Port  int    // 0: refused or switched off
	Ports int    // count behind the port, 0 or 1 when none is written
	Proto string // RTP/AVP, RTP/SAVP, UDP/TLS/RTP/SAVPF, udptl …, as written
	// Formats are those of a section that is not RTP (t38); of RTP, Codecs are.
	Formats []string
	Codecs  []Codec // in the order of the m= line, each payload type once

	Connection     netip.Addr // where to send; invalid if none or a host name
	ConnectionName string     // where to send, when it is a host name
	Direction      Direction
	// RTCP is where a=rtcp (RFC 3605) wants RTCP sent, zero when it is absent.
	RTCP    netip.AddrPort
	RTCPMux bool // a=rtcp-mux (RFC 5761)

	Ptime, MaxPtime int      // ms, 0 when absent
	Crypto          []Crypto // lines of suites known here and well formed, in order
	Bandwidth       []Bandwidth
	Attributes      []Attribute // the rest, in order; for T.38 see T38
}

// RTP says whether the section carries RTP.
func (m *Media) RTP() bool {
	_, ok := m.profile()
	return ok
}

// Secure says whether the section's profile is SRTP (RTP/SAVP, RTP/SAVPF).
func (m *Media) Secure() bool {
	profile, _ := m.profile()
	return profile != "" && profile[0]|0x20 == 's'
}

// profile is what stands behind RTP/: AVP, SAVPF …
func (m *Media) profile() (string, bool) {
	const rtp = "RTP/"
	for i := 0; i+len(rtp) <= len(m.Proto); i++ {
		if strings.EqualFold(m.Proto[i:i+len(rtp)], rtp) {
			return m.Proto[i+len(rtp):], true
		}
	}
	return "", false
}

// UDPTL says whether the section carries T.38 over UDPTL.
func (m *Media) UDPTL() bool { return strings.EqualFold(m.Proto, "udptl") }

// Addr is where the peer wants the media; invalid without an IP address.
func (m *Media) Addr() netip.AddrPort {
	if !m.Connection.IsValid() {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(m.Connection, uint16(m.Port))
}

// RTCPAddr is where the peer wants RTCP: the media's own port with a=rtcp-mux, else
// a=rtcp, else the next port. Invalid without an IP address or port.
func (m *Media) RTCPAddr() netip.AddrPort {
	switch {
	case m.RTCPMux:
		return m.Addr()
	case m.RTCP.IsValid():
		return m.RTCP
	case !m.Connection.IsValid() || m.Port == 0 || m.Port == 1<<16-1:
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(m.Connection, uint16(m.Port)+1)
}

// Held says whether the peer that wrote this put the other side on hold: it will not
// listen (sendonly, inactive), or it names no address (c=0.0.0.0, RFC 2543).
func (m *Media) Held() bool {
	return !m.Direction.Recv() || m.Connection.IsValid() && m.Connection.IsUnspecified()
}

// Codec is the codec of a payload type.
func (m *Media) Codec(pt uint8) (Codec, bool) {
	for _, c := range m.Codecs {
		if c.PT == pt {
			return c, true
		}
	}
	return Codec{}, false
}

// Find is this section's codec that is the same as c, with this section's payload type.
func (m *Media) Find(c Codec) (Codec, bool) {
	for i := range m.Codecs {
		if m.Codecs[i].Same(c) {
			return m.Codecs[i], true
		}
	}
	return Codec{}, false
}

// Match is what this section and the other side's codecs have in common, in this
// section's order and with its payload types, as an answer has them (RFC 3264
// section 6.1). Telephone-event and CN stay only beside a voice codec of their clock.
func (m *Media) Match(others []Codec) []Codec {
	other := Media{Codecs: others}
	common := make([]Codec, 0, len(m.Codecs))
	for _, c := range m.Codecs {
		if _, ok := other.Find(c); ok && (c.voice() || m.speaks(&other, c.Clock)) {
			common = append(common, c)
		}
	}
	return common
}

// speaks says whether both sections have the same voice codec at that clock.
func (m *Media) speaks(other *Media, clock int) bool {
	for _, c := range m.Codecs {
		if _, ok := other.Find(c); ok && c.voice() && c.Clock == clock {
			return true
		}
	}
	return false
}

// DTMF is the payload type of telephone-event (RFC 4733) at that clock, in Hz.
func (m *Media) DTMF(clock int) (uint8, bool) {
	for _, c := range m.Codecs {
		if c.DTMF() && c.Clock == clock {
			return c.PT, true
		}
	}
	return 0, false
}

// Reject is the section that refuses m in an answer: the same kind, profile and
// formats, port 0 (RFC 3264 section 6).
func (m *Media) Reject() Media {
	return Media{
		Kind: m.Kind, Proto: m.Proto, Formats: m.Formats, Codecs: m.Codecs,
		Connection: m.Connection, ConnectionName: m.ConnectionName, Direction: Inactive,
	}
}

// Attribute is the value of the first attribute of that name, in any case.
func (m *Media) Attribute(name string) (string, bool) { return attribute(m.Attributes, name) }

func attribute(attributes []Attribute, name string) (string, bool) {
	for _, a := range attributes {
		if strings.EqualFold(a.Name, name) {
			return a.Value, true
		}
	}
	return "", false
}
