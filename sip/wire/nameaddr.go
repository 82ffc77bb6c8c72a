package wire

import "errors"

// Errors of this package.
var (
	// ErrSyntax: the value is not what RFC 3261 section 25.1 allows.
	ErrSyntax = errors.New("malformed value")
	// ErrScheme: the URI is neither sip nor sips nor tel nor urn.
	ErrScheme = errors.New("unknown URI scheme")
)

// NameAddr is one value of a From, To, Contact, Route or similar header.
type NameAddr struct {
	// Display is the display name as sent, quotes included.
	Display []byte
	// URI is the address without its brackets.
	URI []byte
	// Params are the header's parameters, from the first semicolon's right side on.
	Params []byte
}

// NextNameAddr reads the first value of a comma-separated list and returns what
// follows its comma; rest is empty after the last.
func NextNameAddr(list []byte) (a NameAddr, rest []byte, err error) {
	value, rest, open, end, err := nextValue(list)
	if err != nil {
		return NameAddr{}, nil, err
	}
	if open < 0 {
		return addrSpec(value, rest)
	}
	a.Display = trimLWS(value[:open])
	a.URI = value[open+1 : end]
	after := trimLWS(value[end+1:])
	switch {
	case len(a.URI) == 0 || isBlank(a.URI[0]) || isBlank(a.URI[len(a.URI)-1]):
		return NameAddr{}, nil, ErrSyntax
	case len(after) == 0:
	case after[0] == ';':
		a.Params = after[1:]
	default:
		return NameAddr{}, nil, ErrSyntax
	}
	return a, rest, nil
}

// addrSpec is a value without brackets: its parameters are the header's, and the
// URI has none of the characters that would make that doubtful (20.10).
func addrSpec(value, rest []byte) (a NameAddr, _ []byte, err error) {
	uri := value
	if i := indexOutside(value, ';'); i >= 0 {
		uri, a.Params = value[:i], value[i+1:]
	}
	a.URI = trimLWS(uri)
	for _, c := range a.URI {
		if c == '?' || c == ' ' || c == '\t' || c == '"' {
			return NameAddr{}, nil, ErrSyntax
		}
	}
	if len(a.URI) == 0 {
		return NameAddr{}, nil, ErrSyntax
	}
	return a, rest, nil
}

// nextValue cuts a list at its first comma outside quotes and brackets. open and end
// are where the value's first brackets are, -1 when there are none.
func nextValue(list []byte) (value, rest []byte, open, end int, err error) {
	list = skipLWS(list)
	open, end = -1, -1
	for i := 0; i < len(list); i++ {
		c := list[i]
		if class[c]&inList == 0 {
			continue
		}
		inside := open >= 0 && end < 0
		switch {
		case c == '"' && !inside:
			n := quotedEnd(list[i:])
			if n == 0 {
				return nil, nil, 0, 0, ErrSyntax
			}
			i += n - 1
		case c == '<' && open >= 0: // in brackets or after them
			return nil, nil, 0, 0, ErrSyntax
		case c == '<':
			open = i
		case c == '>' && inside:
			end = i
		case c == '>':
			return nil, nil, 0, 0, ErrSyntax
		case c == ',' && !inside:
			rest = trimLWS(list[i+1:])
			if len(rest) == 0 {
				return nil, nil, 0, 0, ErrSyntax
			}
			return trimLWS(list[:i]), rest, open, end, nil
		}
	}
	if open >= 0 && end < 0 {
		return nil, nil, 0, 0, ErrSyntax
	}
	return trimLWS(list), nil, open, end, nil
}

// indexOutside finds c outside quoted strings.
func indexOutside(b []byte, c byte) int {
	for i := 0; i < len(b); i++ {
		if b[i] == '"' {
			n := quotedEnd(b[i:])
			if n == 0 {
				return -1
			}
			i += n - 1
			continue
		}
		if b[i] == c {
			return i
		}
	}
	return -1
}

// NextParam reads the first of semicolon-separated parameters. value is nil for a
// bare name and raw, without its quotes, for a quoted one. more is false at the end.
func NextParam(params []byte) (name, value, rest []byte, more bool, err error) {
	b := skipLWS(params)
	if len(b) == 0 {
		return nil, nil, nil, false, nil
	}
	n := 0
	for n < len(b) && isToken(b[n]) {
		n++
	}
	if n == 0 {
		return nil, nil, nil, false, ErrSyntax
	}
	name, b = b[:n], skipLWS(b[n:])
	if len(b) > 0 && b[0] == '=' {
		if value, b, err = paramValue(skipLWS(b[1:])); err != nil {
			return nil, nil, nil, false, err
		}
		b = skipLWS(b)
	}
	switch {
	case len(b) == 0:
		return name, value, nil, true, nil
	case b[0] == ';' && len(skipLWS(b[1:])) > 0:
		return name, value, b[1:], true, nil
	}
	return nil, nil, nil, false, ErrSyntax
}

func paramValue(b []byte) (value, rest []byte, err error) {
	if len(b) > 0 && b[0] == '"' {
		n := quotedEnd(b)
		if n == 0 {
			return nil, nil, ErrSyntax
		}
		return b[1 : n-1 : n-1], b[n:], nil
	}
	n := 0
	for n < len(b) && (isToken(b[n]) || b[n] == '[' || b[n] == ']' || b[n] == ':') {
		n++
	}
	if n == 0 {
		return nil, nil, ErrSyntax
	}
	return b[:n:n], b[n:], nil
}
