package registrar

import "strings"

// sameURI compares contact URIs by RFC 3261 section 19.1.4, without decoding
// escapes: two spellings of one escape are two contacts, which does no harm.
// It allocates only for URIs that differ in their bytes.
func sameURI(a []byte, b string) bool {
	if string(a) == b {
		return true
	}
	x, ok := splitURI(string(a))
	if !ok {
		return false
	}
	y, ok := splitURI(b)
	return ok && strings.EqualFold(x.scheme, y.scheme) && x.user == y.user && x.hasUser == y.hasUser &&
		strings.EqualFold(x.hostPort, y.hostPort) && x.headers == y.headers &&
		paramsAgree(x.params, y.params) && paramsAgree(y.params, x.params)
}

type uriParts struct {
	scheme, user, hostPort, params, headers string
	hasUser                                 bool
}

func splitURI(u string) (p uriParts, ok bool) {
	var rest string
	p.scheme, rest, ok = strings.Cut(u, ":")
	if !ok || !strings.EqualFold(p.scheme, "sip") && !strings.EqualFold(p.scheme, "sips") {
		return p, false
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		p.user, p.hasUser, rest = rest[:i], true, rest[i+1:]
	}
	rest, p.headers, _ = strings.Cut(rest, "?")
	p.hostPort, p.params, _ = strings.Cut(rest, ";")
	return p, true
}

// paramsAgree: each parameter of a that b has too has the same value there, and
// b lacks none of those that must be in both.
func paramsAgree(a, b string) bool {
	for a != "" {
		var p string
		p, a, _ = strings.Cut(a, ";")
		name, value, _ := strings.Cut(p, "=")
		other, found := param(b, name)
		if found && !strings.EqualFold(value, other) || !found && mustBeInBoth(name) {
			return false
		}
	}
	return true
}

func param(params, name string) (value string, found bool) {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		if n, v, _ := strings.Cut(p, "="); strings.EqualFold(n, name) {
			return v, true
		}
	}
	return "", false
}

func mustBeInBoth(name string) bool {
	switch strings.ToLower(name) {
	case "user", "ttl", "method", "maddr", "transport":
		return true
	default:
		return false
	}
}
