package digest

import "bytes"

// SameURI tells whether a digest uri addresses what the Request-URI addresses:
// the same bytes, or SIP URIs with the same scheme, user, host (ignoring case)
// and port (5060 and 5061 standing for none). Parameters and headers are not
// compared: phones drop or add them (";transport=udp") between the two places,
// and they change neither the user nor the registrar.
func SameURI(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, ok := splitURI(a)
	if !ok {
		return false
	}
	y, ok := splitURI(b)
	return ok && x.secure == y.secure && x.port == y.port &&
		bytes.Equal(x.user, y.user) && bytes.EqualFold(x.host, y.host)
}

type uriParts struct {
	secure     bool
	user, host []byte
	port       int
}

// splitURI takes a sip or sips URI apart.
func splitURI(u []byte) (p uriParts, ok bool) {
	scheme, rest, ok := bytes.Cut(u, []byte(":"))
	switch {
	case !ok:
		return p, false
	case equalFold(scheme, "sip"):
		p.port = 5060
	case equalFold(scheme, "sips"):
		p.secure, p.port = true, 5061
	default:
		return p, false
	}
	// A user may hold ";" and "?", so it is cut first.
	if i := bytes.LastIndexByte(rest, '@'); i >= 0 {
		p.user, rest = rest[:i], rest[i+1:]
	}
	if i := bytes.IndexAny(rest, ";?"); i >= 0 {
		rest = rest[:i]
	}
	p.host = rest
	if i := bytes.LastIndexByte(rest, ':'); i > bytes.IndexByte(rest, ']') {
		p.host = rest[:i]
		return p, parsePort(rest[i+1:], &p.port) && len(p.host) > 0
	}
	return p, len(p.host) > 0
}

func parsePort(b []byte, port *int) bool {
	if len(b) == 0 || len(b) > 5 {
		return false
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
		n = n*10 + int(c-'0')
	}
	*port = n
	return n <= 65535
}
