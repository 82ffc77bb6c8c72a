package sdp

import "net/netip"

// Session is one description.
type Session struct {
	Origin         Origin
	Name           string     // s=; empty is written as "-"
	Connection     netip.Addr // the session's c=; invalid if none or a host name
	ConnectionName string     // the session's c= when it is a host name
	Direction      Direction  // the session's; each Media has its own already resolved
	Bandwidth      []Bandwidth
	Attributes     []Attribute // of the session, without direction, in order
	Media          []Media
}

// Origin is the o= line (RFC 8866 section 5.2). Who writes descriptions keeps ID for the
// life of a dialog and adds one to Version with every change (RFC 3264 section 8).
type Origin struct {
	Username string // empty is written as "-"
	// ID and Version: of a number that does not fit, the low 64 bits, so that a
	// change still shows.
	ID, Version uint64
	Address     string // IP address or host name; empty is written as the session's address
}

// Bandwidth is a b= line (RFC 8866 section 5.8).
type Bandwidth struct {
	Type  string // AS (kbit/s), TIAS (bit/s), RS, RR …
	Value int
}

// Attribute is an a= line that no field of Session or Media stands for.
type Attribute struct {
	Name  string
	Value string // behind the colon; empty for a flag
}

// Attribute is the value of the session's first attribute of that name, in any case.
func (s *Session) Attribute(name string) (string, bool) { return attribute(s.Attributes, name) }

// First is the first media of that kind that is not refused (port 0), nil if none.
func (s *Session) First(kind string) *Media {
	for i := range s.Media {
		if s.Media[i].Kind == kind && s.Media[i].Port != 0 {
			return &s.Media[i]
		}
	}
	return nil
}
