package sdp

import (
	"net/netip"
	"strconv"
)

// Append writes the description, lines ended by CRLF. A Media that has no address gets
// the session's. Control bytes in texts are left out, so that no text can become a line.
func (s *Session) Append(dst []byte) []byte {
	dst = append(dst, "v=0\r\no="...)
	dst = s.appendOrigin(dst)
	dst = appendLine(dst, "s=", orDash(s.Name))
	if s.Connection.IsValid() || s.ConnectionName != "" {
		dst = appendConnection(dst, s.Connection, s.ConnectionName)
	}
	dst = appendBandwidth(dst, s.Bandwidth)
	dst = append(dst, "t=0 0\r\n"...)
	dst = appendAttributes(dst, s.Attributes)
	if s.Direction != SendRecv {
		dst = appendLine(dst, "a=", s.Direction.String())
	}
	for i := range s.Media {
		dst = s.appendMedia(dst, &s.Media[i])
	}
	return dst
}

func (s *Session) appendOrigin(dst []byte) []byte {
	dst = appendText(dst, orDash(s.Origin.Username))
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, s.Origin.ID, 10)
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, s.Origin.Version, 10)
	dst = append(dst, ' ')
	addr, name := s.Connection, s.ConnectionName
	if s.Origin.Address != "" {
		addr, name = netip.Addr{}, s.Origin.Address
		if a, ok := parseAddr(name); ok {
			addr = a
		}
	}
	return append(appendAddress(dst, addr, name), '\r', '\n')
}

func (s *Session) appendMedia(dst []byte, m *Media) []byte {
	dst = m.appendLine(dst)
	if (m.Connection.IsValid() || m.ConnectionName != "") &&
		(m.Connection != s.Connection || m.ConnectionName != s.ConnectionName) {
		dst = appendConnection(dst, m.Connection, m.ConnectionName)
	}
	dst = appendBandwidth(dst, m.Bandwidth)
	for i := range m.Codecs {
		dst = m.Codecs[i].append(dst)
	}
	for i := range m.Crypto {
		dst = append(dst, "a=crypto:"...)
		dst = append(m.Crypto[i].append(dst), '\r', '\n')
	}
	dst = appendNumber(dst, "a=ptime:", m.Ptime)
	dst = appendNumber(dst, "a=maxptime:", m.MaxPtime)
	dst = m.appendRTCP(dst)
	dst = appendAttributes(dst, m.Attributes)
	if m.RTP() || m.Direction != s.Direction {
		dst = appendLine(dst, "a=", m.Direction.String())
	}
	return dst
}

// appendLine writes the m= line. A refused section without formats gets one, since the
// grammar wants it.
func (m *Media) appendLine(dst []byte) []byte {
	dst = append(dst, "m="...)
	dst = appendText(dst, m.Kind)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(m.Port), 10)
	if m.Ports > 0 {
		dst = append(dst, '/')
		dst = strconv.AppendInt(dst, int64(m.Ports), 10)
	}
	dst = append(dst, ' ')
	dst = appendText(dst, m.Proto)
	for _, c := range m.Codecs {
		dst = append(dst, ' ')
		dst = strconv.AppendUint(dst, uint64(c.PT), 10)
	}
	for _, f := range m.Formats {
		dst = append(dst, ' ')
		dst = appendText(dst, f)
	}
	if len(m.Codecs)+len(m.Formats) == 0 {
		dst = append(dst, " 0"...)
	}
	return append(dst, '\r', '\n')
}

func (m *Media) appendRTCP(dst []byte) []byte {
	if m.RTCP.Port() != 0 {
		dst = append(dst, "a=rtcp:"...)
		dst = strconv.AppendUint(dst, uint64(m.RTCP.Port()), 10)
		if a := m.RTCP.Addr(); a.IsValid() && a != m.Connection {
			dst = append(dst, ' ')
			dst = appendAddress(dst, a, "")
		}
		dst = append(dst, '\r', '\n')
	}
	if m.RTCPMux {
		dst = append(dst, "a=rtcp-mux\r\n"...)
	}
	return dst
}

// append writes the codec's rtpmap and fmtp lines.
func (c *Codec) append(dst []byte) []byte {
	if c.Name != "" {
		dst = append(dst, "a=rtpmap:"...)
		dst = strconv.AppendUint(dst, uint64(c.PT), 10)
		dst = append(dst, ' ')
		dst = appendText(dst, c.Name)
		dst = append(dst, '/')
		dst = strconv.AppendInt(dst, int64(c.Clock), 10)
		if c.Channels > 1 {
			dst = append(dst, '/')
			dst = strconv.AppendInt(dst, int64(c.Channels), 10)
		}
		dst = append(dst, '\r', '\n')
	}
	if c.Fmtp != "" {
		dst = append(dst, "a=fmtp:"...)
		dst = strconv.AppendUint(dst, uint64(c.PT), 10)
		dst = appendLine(dst, " ", c.Fmtp)
	}
	return dst
}

func appendConnection(dst []byte, addr netip.Addr, name string) []byte {
	return append(appendAddress(append(dst, "c="...), addr, name), '\r', '\n')
}

// appendAddress writes "IN IP4 address", the name when there is no address.
func appendAddress(dst []byte, addr netip.Addr, name string) []byte {
	switch {
	case addr.Is6() && !addr.Is4In6():
		return addr.WithZone("").AppendTo(append(dst, "IN IP6 "...))
	case addr.IsValid():
		return addr.Unmap().AppendTo(append(dst, "IN IP4 "...))
	case name != "":
		return appendText(append(dst, "IN IP4 "...), name)
	}
	return append(dst, "IN IP4 0.0.0.0"...)
}

func appendBandwidth(dst []byte, bandwidth []Bandwidth) []byte {
	for _, b := range bandwidth {
		dst = append(dst, "b="...)
		dst = appendText(dst, b.Type)
		dst = append(dst, ':')
		dst = strconv.AppendInt(dst, int64(b.Value), 10)
		dst = append(dst, '\r', '\n')
	}
	return dst
}

func appendAttributes(dst []byte, attributes []Attribute) []byte {
	for _, a := range attributes {
		dst = append(dst, "a="...)
		dst = appendText(dst, a.Name)
		if a.Value != "" {
			dst = append(dst, ':')
			dst = appendText(dst, a.Value)
		}
		dst = append(dst, '\r', '\n')
	}
	return dst
}

// appendNumber writes a line that is left out when n is 0.
func appendNumber(dst []byte, prefix string, n int) []byte {
	if n == 0 {
		return dst
	}
	return append(strconv.AppendInt(append(dst, prefix...), int64(n), 10), '\r', '\n')
}

func appendLine(dst []byte, prefix, text string) []byte {
	return append(appendText(append(dst, prefix...), text), '\r', '\n')
}

// appendText writes text without control bytes.
func appendText(dst []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c >= ' ' && c != 0x7f {
			dst = append(dst, c)
		}
	}
	return dst
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
