package digest

import "unicode/utf8"

// Limits on one header value; what exceeds them is refused with [ErrTooLong].
const (
	// MaxValue is the longest header value read, in bytes.
	MaxValue = 2048
	// MaxParam is the longest parameter value, in bytes.
	MaxParam = 512
	// MaxParams is the largest number of parameters.
	MaxParams = 32
)

// param is one auth-param. value is the raw text between the quotes, or the token.
type param struct {
	name, value []byte
	quoted      bool
	escaped     bool // value holds backslash escapes
}

// scanner walks the auth-params of a header value (RFC 7616 section 3.4, RFC
// 3261 section 25.1). It never copies.
type scanner struct {
	rest  []byte
	count int
}

// newScanner checks size, encoding and scheme and stands before the first parameter.
func newScanner(value []byte) (scanner, error) {
	const scheme = "Digest"
	if len(value) > MaxValue {
		return scanner{}, ErrTooLong
	}
	if !utf8.Valid(value) {
		return scanner{}, ErrSyntax
	}
	value = skipLWS(value)
	if len(value) < len(scheme) || !equalFold(value[:len(scheme)], scheme) {
		return scanner{}, ErrScheme
	}
	rest := skipLWS(value[len(scheme):])
	if len(rest) == len(value)-len(scheme) {
		return scanner{}, ErrScheme // "Digestive", or nothing after the scheme
	}
	return scanner{rest: rest}, nil
}

// next reads one parameter. more is false at the end of the value.
func (s *scanner) next() (p param, more bool, err error) {
	if s.count > 0 {
		if len(s.rest) == 0 {
			return param{}, false, nil
		}
		if s.rest[0] != ',' {
			return param{}, false, ErrSyntax
		}
		s.rest = skipLWS(s.rest[1:])
	}
	if s.count++; s.count > MaxParams {
		return param{}, false, ErrTooLong
	}
	if p.name, s.rest = token(s.rest); len(p.name) == 0 {
		return param{}, false, ErrSyntax
	}
	s.rest = skipLWS(s.rest)
	if len(s.rest) == 0 || s.rest[0] != '=' {
		return param{}, false, ErrSyntax
	}
	s.rest = skipLWS(s.rest[1:])
	if err := s.value(&p); err != nil {
		return param{}, false, err
	}
	s.rest = skipLWS(s.rest)
	return p, true, nil
}

// value reads a token or a quoted string.
func (s *scanner) value(p *param) error {
	if len(s.rest) > 0 && s.rest[0] == '"' {
		return s.quoted(p)
	}
	if p.value, s.rest = token(s.rest); len(p.value) == 0 {
		return ErrSyntax
	}
	if len(p.value) > MaxParam {
		return ErrTooLong
	}
	return nil
}

func (s *scanner) quoted(p *param) error {
	p.quoted = true
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			p.value, s.rest = s.rest[1:i], s.rest[i+1:]
			if len(p.value) > MaxParam {
				return ErrTooLong
			}
			return nil
		case c == '\\':
			p.escaped = true
			if i++; i == len(s.rest) || s.rest[i] < ' ' || s.rest[i] >= 0x7f {
				return ErrSyntax
			}
		case c < ' ' && c != '\t', c == 0x7f:
			return ErrSyntax
		}
	}
	return ErrSyntax
}

// token cuts the longest RFC 3261 token off the front.
func token(b []byte) (tok, rest []byte) {
	i := 0
	for i < len(b) && isToken(b[i]) {
		i++
	}
	return b[:i], b[i:]
}

func isToken(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	switch c {
	case '-', '.', '!', '%', '*', '_', '+', '`', '\'', '~', '/', ':':
		// "/" and ":" are no token characters; phones send them in unknown
		// parameters, and they cannot confuse the list.
		return true
	}
	return false
}

// skipLWS drops blanks, tabs and folded line ends.
func skipLWS(b []byte) []byte {
	for len(b) > 0 {
		switch {
		case b[0] == ' ' || b[0] == '\t':
			b = b[1:]
		case len(b) > 2 && b[0] == '\r' && b[1] == '\n' && (b[2] == ' ' || b[2] == '\t'):
			b = b[3:]
		default:
			return b
		}
	}
	return b
}

// AppendUnescaped appends the raw text of a quoted string without its backslash escapes.
func AppendUnescaped(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+1 < len(raw) {
			i++
		}
		dst = append(dst, raw[i])
	}
	return dst
}

// appendQuoted appends s as a quoted string.
func appendQuoted[T []byte | string](dst []byte, s T) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}
