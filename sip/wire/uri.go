package wire

import "bytes"

// URI is a SIP or SIPS URI in its parts, as sent.
type URI struct {
	Scheme []byte // sip, sips, in any case
	User   []byte // without password; still escaped
	Host   []byte // name, IPv4 address, or IPv6 address without brackets
	Port   uint16 // 0 when absent
	Params []byte // from the first semicolon's right side on
	// Headers are what follows the question mark.
	Headers []byte
}

// ParseURI reads a sip or sips URI (RFC 3261 section 19.1.1). Other schemes are
// ErrScheme, with only Scheme set.
func ParseURI(b []byte) (u URI, err error) {
	err = u.parse(b)
	return u, err
}

func (u *URI) parse(b []byte) error {
	colon := indexByte(b, ':')
	if colon < 0 {
		return ErrSyntax
	}
	u.Scheme = b[:colon]
	if !EqualFold(u.Scheme, "sip") && !EqualFold(u.Scheme, "sips") {
		return ErrScheme
	}
	rest := b[colon+1:]
	if !all(rest, inURI) {
		return ErrSyntax
	}
	if at := indexByte(rest, '@'); at >= 0 {
		u.User, rest = rest[:at], rest[at+1:]
		if !escapesWhole(u.User) {
			return ErrSyntax
		}
		if pw := indexByte(u.User, ':'); pw >= 0 {
			u.User = u.User[:pw]
		}
		if len(u.User) == 0 {
			return ErrSyntax
		}
	}
	if q := indexByte(rest, '?'); q >= 0 {
		u.Headers, rest = rest[q+1:], rest[:q]
	}
	if semi := indexByte(rest, ';'); semi >= 0 {
		u.Params, rest = rest[semi+1:], rest[:semi]
	}
	return u.hostPort(rest)
}

// hostPort reads host and port.
func (u *URI) hostPort(b []byte) error {
	port := []byte(nil)
	if len(b) > 0 && b[0] == '[' {
		end := indexByte(b, ']')
		if end < 0 {
			return ErrSyntax
		}
		if _, ok := parseIPv6(b[1:end]); !ok {
			return ErrSyntax
		}
		u.Host, port = b[1:end], b[end+1:]
	} else {
		u.Host = b
		if colon := indexByte(b, ':'); colon >= 0 {
			u.Host, port = b[:colon], b[colon:]
		}
		if !hostName(u.Host) {
			return ErrSyntax
		}
	}
	if len(port) == 0 {
		return nil
	}
	n, ok := Uint(port[1:], 65535)
	if !ok || n == 0 || port[0] != ':' {
		return ErrSyntax
	}
	u.Port = uint16(n)
	return nil
}

func hostName(b []byte) bool { return len(b) > 0 && len(b) <= 255 && all(b, inHost) }

// escapesWhole tells that every percent sign starts an escape (RFC 3986 2.1).
func escapesWhole(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] != '%' {
			continue
		}
		if i+2 >= len(b) {
			return false
		}
		_, high := unhex(b[i+1])
		_, low := unhex(b[i+2])
		if !high || !low {
			return false
		}
	}
	return true
}

func indexByte(b []byte, c byte) int { return bytes.IndexByte(b, c) }

// AppendUnescaped appends a URI's user with its %xx escapes resolved. ok is false
// when an escape is broken or stands for a control character.
func AppendUnescaped(dst, user []byte) (_ []byte, ok bool) {
	for i := 0; i < len(user); i++ {
		c := user[i]
		if c == '%' {
			if i+2 >= len(user) {
				return dst, false
			}
			high, okHigh := unhex(user[i+1])
			low, okLow := unhex(user[i+2])
			if !okHigh || !okLow {
				return dst, false
			}
			c, i = high<<4|low, i+2
			if c < ' ' || c == 0x7f {
				return dst, false
			}
		}
		dst = append(dst, c)
	}
	return dst, true
}

func unhex(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case lower(c) >= 'a' && lower(c) <= 'f':
		return lower(c) - 'a' + 10, true
	}
	return 0, false
}
