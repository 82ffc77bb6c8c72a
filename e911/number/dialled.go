package number

import (
	"bytes"
	"net/url"
)

// Bounds on what is looked at, in bytes. A longer number is an ordinary one.
const (
	maxURI    = 512
	maxDigits = 20
)

// folded is a dialled string reduced to what is compared: digits, lower-case letters and *.
type folded struct {
	buf [maxDigits]byte
	n   int
}

func (f *folded) bytes() []byte { return f.buf[:f.n] }

// fold reduces a user part: escapes resolved (RFC 3986), visual separators (RFC 3966), a leading + and a trailing #
// dropped, and everything from the first parameter or password on. ok is false for what no number or name holds.
func fold(user []byte) (f folded, ok bool) {
	for i := 0; i < len(user); i++ {
		c := user[i]
		if c == ';' || c == ':' {
			break
		}
		if c == '%' && i+2 < len(user) && isHex(user[i+1]) && isHex(user[i+2]) {
			c = unhex(user[i+1])<<4 | unhex(user[i+2])
			i += 2
		}
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c == '*':
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		case c == '-', c == '.', c == '(', c == ')', c == ' ':
			continue
		case c == '+' && f.n == 0:
			continue
		case c == '#' && f.n > 0 && ends(user[i+1:]):
			return f, true
		default:
			return f, false
		}
		if f.n == maxDigits {
			return f, false
		}
		f.buf[f.n] = c
		f.n++
	}
	return f, f.n > 0
}

// ends reports whether nothing of the number follows.
func ends(rest []byte) bool { return len(rest) == 0 || rest[0] == ';' || rest[0] == ':' }

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// unescape is the user part for people: escapes resolved, parameters and password cut off.
func unescape(user []byte) string {
	if i := bytes.IndexAny(user, ";:"); i >= 0 {
		user = user[:i]
	}
	if plain, err := url.PathUnescape(string(user)); err == nil {
		return plain
	}
	return string(user)
}

// scheme is the kind of address a dialled string is.
type scheme uint8

const (
	schemeNone scheme = iota // a bare number
	schemeUser               // sip, sips, tel
	schemeURN
)

// target takes the part that names who is called out of a bare number, a URI or a name-addr: the user part, for a
// URI without one its host ("sip:911"), or the whole URN.
func target(s []byte) ([]byte, scheme) {
	s = bytes.TrimSpace(unquoted(s))
	found := schemeNone
	for _, prefix := range [...]string{"sip:", "sips:", "tel:"} {
		if hasFold(s, prefix) {
			s = s[len(prefix):]
			found = schemeUser
			break
		}
	}
	if found == schemeNone && hasFold(s, "urn:") {
		return s, schemeURN
	}
	if i := bytes.IndexByte(s, '@'); i >= 0 {
		return s[:i], found
	}
	if i := bytes.IndexByte(s, '?'); i >= 0 && found == schemeUser {
		s = s[:i]
	}
	return s, found
}

// unquoted is the address between < and > when there is one; a quoted display name may hold such signs itself.
func unquoted(s []byte) []byte {
	s = bytes.TrimSpace(s)
	if len(s) > 0 && s[0] == '"' {
		s = s[1:]
		for len(s) > 0 && s[0] != '"' {
			if s[0] == '\\' && len(s) > 1 {
				s = s[1:]
			}
			s = s[1:]
		}
	}
	if i := bytes.IndexByte(s, '<'); i >= 0 {
		s = s[i+1:]
		if j := bytes.IndexByte(s, '>'); j >= 0 {
			s = s[:j]
		}
	}
	return s
}

// hasFold reports whether s starts with the lower-case prefix, ASCII case ignored.
func hasFold(s []byte, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

// isService reports whether the URN is the service or a sub-service of it.
func isService(urn []byte, service string) bool {
	return hasFold(urn, service) && (len(urn) == len(service) || bytes.IndexByte([]byte(".;?#"), urn[len(service)]) >= 0)
}
