package sdp

import (
	"net/netip"
	"strings"
)

// startMedia takes an m= line.
func (p *parser) startMedia(value string) error {
	if len(p.session.Media) == MaxMedia {
		return ErrTooManyMedia
	}
	if p.session.Media == nil {
		count := 1 + strings.Count(p.rest, "\nm=")
		p.session.Media = make([]Media, 0, min(count, MaxMedia))
	}
	m, err := parseMedia(value)
	if err != nil {
		return err
	}
	p.session.Media = append(p.session.Media, m)
	p.media = &p.session.Media[len(p.session.Media)-1]
	p.attributes = 0
	return nil
}

// parseMedia reads "kind port[/ports] proto format…" (RFC 8866 section 5.14).
func parseMedia(value string) (m Media, err error) {
	kind, value := cutSpace(value)
	port, value := cutSpace(value)
	proto, formats := cutSpace(value)
	if kind == "" || port == "" || proto == "" {
		return m, ErrMedia
	}
	m.Kind, m.Proto = strings.ToLower(kind), proto
	if m.Port, m.Ports, err = parsePorts(port); err != nil {
		return m, err
	}
	if m.RTP() {
		m.Codecs, err = parsePayloads(formats, m.Port)
	} else {
		m.Formats, err = parseFormats(formats, m.Port)
	}
	return m, err
}

// parsePorts reads "port" or "port/count"; every pair of ports must exist.
func parsePorts(s string) (port, count int, err error) {
	s, n, many := strings.Cut(s, "/")
	port, ok := parseInt(s, 1<<16-1)
	if !ok {
		return 0, 0, ErrPort
	}
	if many {
		if count, ok = parseInt(n, 1<<15); !ok || count == 0 || port+2*count > 1<<16 {
			return 0, 0, ErrPort
		}
	}
	return port, count, nil
}

// parseFormats keeps the formats as they are. A refused section may have none.
func parseFormats(s string, port int) ([]string, error) {
	formats := strings.Fields(s)
	switch {
	case len(formats) > MaxFormats:
		return nil, ErrTooManyFormats
	case len(formats) == 0 && port != 0:
		return nil, ErrFormats
	}
	return formats, nil
}

// parsePayloads reads the formats of RTP, which are payload types: each counts once, what
// is none is left out. A refused section may have none.
func parsePayloads(s string, port int) ([]Codec, error) {
	codecs := make([]Codec, 0, min(1+strings.Count(s, " "), MaxFormats))
	for written := 1; s != ""; written++ {
		word, rest := cutSpace(s)
		if s = rest; written > MaxFormats {
			return nil, ErrTooManyFormats
		}
		if pt, ok := parseInt(word, 127); ok && codecIndex(codecs, pt) < 0 {
			codecs = append(codecs, codecOf(uint8(pt)))
		}
	}
	if len(codecs) == 0 && port != 0 {
		return nil, ErrFormats
	}
	return codecs, nil
}

func codecOf(pt uint8) Codec {
	if c, ok := static[pt]; ok {
		return c
	}
	return Codec{PT: pt}
}

func codecIndex(codecs []Codec, pt int) int {
	for i := range codecs {
		if int(codecs[i].PT) == pt {
			return i
		}
	}
	return -1
}

// mediaAttribute takes an a= line of a media section.
func (p *parser) mediaAttribute(name, value string) {
	m := p.media
	if d, ok := parseDirection(name); ok {
		m.Direction, p.directed = d, p.directed|1<<(len(p.session.Media)-1)
		return
	}
	switch name {
	case "rtpmap":
		m.rtpmap(value)
	case "fmtp":
		m.fmtp(value)
	case "ptime":
		setPtime(&m.Ptime, value)
	case "maxptime":
		setPtime(&m.MaxPtime, value)
	case "crypto":
		if c, ok := parseCrypto(value); ok {
			m.Crypto = append(m.Crypto, c)
		}
	case "rtcp":
		if a, ok := parseRTCP(value); ok {
			m.RTCP = a
		}
	case "rtcp-mux":
		m.RTCPMux = true
	default:
		m.Attributes = append(m.Attributes, Attribute{name, value})
	}
}

// setPtime takes whole milliseconds; some phones write fractions.
func setPtime(ptime *int, value string) {
	value, _, _ = strings.Cut(value, ".")
	if n, ok := parseInt(value, maxPtime); ok && n > 0 {
		*ptime = n
	}
}

// inherit gives every section what the session says and it does not.
func (p *parser) inherit() {
	s := p.session
	for i := range s.Media {
		m := &s.Media[i]
		if !m.Connection.IsValid() && m.ConnectionName == "" {
			m.Connection, m.ConnectionName = s.Connection, s.ConnectionName
		}
		if p.directed&(1<<i) == 0 {
			m.Direction = s.Direction
		}
		if port := m.RTCP.Port(); port != 0 && !m.RTCP.Addr().IsValid() {
			m.RTCP = netip.AddrPortFrom(m.Connection, port)
		}
	}
}
