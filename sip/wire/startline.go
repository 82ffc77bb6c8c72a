package wire

import "errors"

// version is the SIP version of this package.
const version = "SIP/2.0"

// startLine reads a Request-Line or Status-Line (RFC 3261 7.1, 7.2).
func (m *Message) startLine(line []byte) {
	if len(line) > 4 && EqualFold(line[:4], "SIP/") {
		m.statusLine(line)
		return
	}
	m.Request = true
	n := 0
	for n < len(line) && isToken(line[n]) {
		n++
	}
	m.Method = line[:n:n]
	if n == 0 || n > MaxMethod || n == len(line) || line[n] != ' ' {
		m.fail(ErrStartLine)
		return
	}
	uri := line[n+1:]
	end := lastByte(uri, ' ')
	if end < 0 {
		m.fail(ErrStartLine)
		return
	}
	m.version(uri[end+1:])
	m.requestURI(uri[:end:end])
}

// statusLine reads a response's first line. The reason phrase may be empty.
func (m *Message) statusLine(line []byte) {
	if len(line) < len("SIP/2.0 200 ") || !EqualFold(line[:len(version)], version) || line[7] != ' ' || line[11] != ' ' {
		m.fail(ErrStartLine)
		return
	}
	code, ok := Uint(line[8:11], 699)
	if !ok || code < 100 {
		m.fail(ErrStartLine)
		return
	}
	m.Status, m.Reason = int(code), line[12:]
}

// version takes "SIP/2.0"; another number is a version to come.
func (m *Message) version(b []byte) {
	if EqualFold(b, version) {
		return
	}
	if len(b) < len(version) || !EqualFold(b[:4], "SIP/") {
		m.fail(ErrStartLine)
		return
	}
	dot := indexByte(b, '.')
	_, major := Uint(b[4:max(dot, 4)], 1<<62)
	_, minor := Uint(b[dot+1:], 1<<62)
	if dot < 0 || !major || !minor {
		m.fail(ErrStartLine)
		return
	}
	m.fail(ErrVersion)
}

// requestURI takes the Request-URI, which has neither brackets nor headers (19.1.1).
func (m *Message) requestURI(b []byte) {
	if len(b) > MaxURI {
		m.fail(ErrURITooLong)
		return
	}
	m.RequestURI = b
	err := m.Target.address(b)
	switch {
	case errors.Is(err, ErrScheme):
		m.fail(ErrURIScheme)
	case err != nil || m.Target.Headers != nil:
		m.fail(ErrRequestURI)
	}
}

// address reads a URI that may name a party: sip and sips in parts, of tel and urn the
// scheme. Others are ErrScheme when they could be a URI at all.
func (u *URI) address(b []byte) error {
	err := u.parse(b)
	switch {
	case err == nil || !errors.Is(err, ErrScheme):
		return err
	case !absoluteURI(b, u.Scheme):
		return ErrSyntax
	case EqualFold(u.Scheme, "tel") || EqualFold(u.Scheme, "urn"):
		return nil
	}
	return err
}

// absoluteURI tells whether b can be a URI with the scheme (RFC 3986 3.1).
func absoluteURI(b, scheme []byte) bool {
	if len(scheme) == 0 || len(b) == len(scheme)+1 || !all(b, inURI) {
		return false
	}
	for i, c := range scheme {
		letter := lower(c) >= 'a' && lower(c) <= 'z'
		if !letter && (i == 0 || c != '+' && c != '-' && c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return true
}

func lastByte(b []byte, c byte) int {
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == c {
			return i
		}
	}
	return -1
}
