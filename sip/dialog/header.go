package dialog

import (
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Header is a header field as it is sent or was found.
type Header struct{ Name, Value string }

// maxHeader bounds a header value of ours; longer ones are left out.
const maxHeader = 8192

// reserved are the headers a dialog writes itself.
var reserved = map[string]bool{
	"via": true, "v": true, "from": true, "f": true, "to": true, "t": true, "call-id": true, "i": true, "cseq": true,
	"max-forwards": true, "route": true, "record-route": true, "content-length": true, "l": true,
	"content-type": true, "c": true, "rseq": true, "rack": true, "authorization": true, "proxy-authorization": true,
	"session-expires": true, "x": true, "user-agent": true, "server": true,
}

// appendHeaders adds headers of the caller's to a message. This is the one place
// where text from elsewhere becomes header fields: names must be tokens, and no
// control character survives.
func appendHeaders(m sip.Message, headers []Header) {
	for _, h := range headers {
		if isToken(h.Name) && !reserved[strings.ToLower(h.Name)] && len(h.Value) <= maxHeader {
			m.AppendHeader(sip.NewHeader(h.Name, harmless(h.Value)))
		}
	}
}

// harmless replaces control characters by spaces.
func harmless(s string) string {
	if strings.IndexFunc(s, isControl) < 0 {
		return s
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if isControl(r) {
			return ' '
		}
		return r
	}, s))
}

// isControl tells whether r would end or hide a header line. A tab is white space.
func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

func isToken(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("-.!%*_+`'~", rune(c)) {
			return false
		}
	}
	return true
}

// quote makes a quoted-string.
func quote(s string) string {
	return `"` + escape(s) + `"`
}

// escape is the inside of a quoted-string.
func escape(s string) string {
	return escapes.Replace(harmless(s))
}

// escapes are those of a quoted-string (RFC 3261 25.1).
var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// compact are the short names the library leaves as they are.
var compact = map[string]string{
	"supported": "k", "refer-to": "r", "referred-by": "b", "event": "o", "session-expires": "x",
	"content-encoding": "e", "contact": "m", "allow-events": "u", "call-id": "i", "from": "f", "to": "t", "via": "v", "content-type": "c",
}

// values are the values of a header, in order, by its long or short name.
func values(m sip.Message, name string) (list []string) {
	short := compact[strings.ToLower(name)]
	for _, h := range headersOf(m) {
		if n := h.Name(); strings.EqualFold(n, name) || short != "" && strings.EqualFold(n, short) {
			list = append(list, h.Value())
		}
	}
	return list
}

// count is how often a header is there.
func count(m sip.Message, name string) (n int) {
	short := compact[strings.ToLower(name)]
	for _, h := range headersOf(m) {
		if have := h.Name(); strings.EqualFold(have, name) || short != "" && strings.EqualFold(have, short) {
			n++
		}
	}
	return n
}

// value is the first value of a header, empty when absent.
func value(m sip.Message, name string) string {
	if v := values(m, name); len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}

func headersOf(m sip.Message) []sip.Header {
	switch m := m.(type) {
	case *sip.Request:
		return m.Headers()
	case *sip.Response:
		return m.Headers()
	default:
		return nil
	}
}

// list are the elements of a header whose values are lists separated by commas.
func list(m sip.Message, name string) (elements []string) {
	for _, v := range values(m, name) {
		for _, e := range split(v, ',') {
			if e != "" {
				elements = append(elements, e)
			}
		}
	}
	return elements
}

// has tells whether a list header has an option tag.
func has(m sip.Message, name, option string) bool {
	for _, e := range list(m, name) {
		if strings.EqualFold(e, option) {
			return true
		}
	}
	return false
}

// split cuts at sep outside quoted strings and angle brackets, and trims the pieces.
func split(s string, sep byte) (pieces []string) {
	start, quoted, angle := 0, false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == sep && !angle:
			pieces = append(pieces, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	return append(pieces, strings.TrimSpace(s[start:]))
}

// params are the parameters after a header's value.
type params []Header

// get is a parameter's value, unquoted, by its name in any case.
func (p params) get(name string) string {
	v, _ := p.lookup(name)
	return v
}

func (p params) lookup(name string) (string, bool) {
	for _, h := range p {
		if strings.EqualFold(h.Name, name) {
			return h.Value, true
		}
	}
	return "", false
}

// splitParams cuts a value from its parameters.
func splitParams(s string) (string, params) {
	pieces := split(s, ';')
	var p params
	for _, piece := range pieces[1:] {
		name, v, _ := strings.Cut(piece, "=")
		p = append(p, Header{strings.TrimSpace(name), unquote(strings.TrimSpace(v))})
	}
	return pieces[0], p
}

// unquote is the text of a quoted-string, or s when it is none.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i+1 < len(s)-1 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// inside is the URI of a name-addr or addr-spec without parameters.
func inside(addr string) string {
	if i := strings.LastIndexByte(addr, '<'); i >= 0 {
		uri, _, _ := strings.Cut(addr[i+1:], ">")
		return uri
	}
	return addr
}
