package wire

// skipLWS drops leading blanks, and line breaks followed by a blank (folding).
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

// trimLWS drops blanks at both ends.
func trimLWS(b []byte) []byte {
	b = skipLWS(b)
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t' || b[len(b)-1] == '\r' || b[len(b)-1] == '\n') {
		b = b[:len(b)-1]
	}
	return b
}

// quotedEnd is the length of the quoted string b starts with, quotes included; 0
// when it does not end.
func quotedEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

// class tells what a character may be part of, as a set of the bits below.
var class = classes()

const (
	inToken = 1 << iota // token (RFC 3261 25.1)
	inHost              // host name; the underscore is no letter of DNS, but in use
	inURI               // URI: no blank, control character, quote or bracket
	inList              // it has a meaning between the values of a list
)

func classes() (set [256]uint8) {
	for i := range set {
		c := byte(i)
		if lower(c) >= 'a' && lower(c) <= 'z' || c >= '0' && c <= '9' {
			set[i] |= inToken | inHost
		}
		if c > ' ' && c != 0x7f {
			set[i] |= inURI
		}
	}
	for _, c := range []byte("-.!%*_+`'~") {
		set[c] |= inToken
	}
	for _, c := range []byte("-._") {
		set[c] |= inHost
	}
	for _, c := range []byte(`<>",`) {
		set[c] |= inList
	}
	for _, c := range []byte(`<>"`) {
		set[c] &^= inURI
	}
	return set
}

func isToken(c byte) bool { return class[c]&inToken != 0 }

// all tells that every character is of a class.
func all(b []byte, of uint8) bool {
	for _, c := range b {
		if class[c]&of == 0 {
			return false
		}
	}
	return true
}

// EqualFold tells whether b is the ASCII word s in any case.
func EqualFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if b[i] != s[i] && lower(b[i]) != lower(s[i]) {
			return false
		}
	}
	return true
}

// AppendLower appends b in ASCII lower case.
func AppendLower(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, lower(c))
	}
	return dst
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// Uint reads a decimal number of at most limit; ok is false for anything else.
func Uint(b []byte, limit uint64) (n uint64, ok bool) {
	if len(b) == 0 || len(b) > 19 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, n <= limit
}
