package event

import (
	"net/url"
	"strings"
)

// escapeUser writes a name as a URI's user part has it (RFC 3261 section 25.1).
func escapeUser(name string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', strings.IndexByte("-_.!~*'()&=+$,;?/", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString(string([]byte{'%', hex[c>>4], hex[c&15]}))
		}
	}
	return b.String()
}

// unescapeUser is a user part as people write it, false when it is malformed.
func unescapeUser(s string) (string, bool) {
	name, err := url.PathUnescape(s)
	return name, err == nil && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// bracket writes an IPv6 address as a URI's host wants it.
func bracket(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}

func trimBrackets(host string) string { return strings.Trim(host, "[]") }

// entityOf is the URI of what is watched.
func entityOf(name, host string) string { return "sip:" + escapeUser(name) + "@" + bracket(host) }

// place is where a contact URI leads, user@host:port: what tells contacts apart.
func place(uri string) string {
	_, rest, _ := strings.Cut(uri, ":")
	if i := strings.IndexAny(rest, ";?>"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// sendable tells whether a request may be sent to a URI taken from a message.
func sendable(uri string) bool {
	scheme, rest, _ := strings.Cut(uri, ":")
	return (strings.EqualFold(scheme, "sip") || strings.EqualFold(scheme, "sips")) && rest != "" && clean(uri)
}

// clean tells whether a URI taken from a message may be written into another.
func clean(uri string) bool {
	return !strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == '"' })
}
