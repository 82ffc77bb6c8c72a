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

// tokens tells the characters of RFC 3261's token.
var tokens = tokenSet("-.!%*_+`'~")

func tokenSet(marks string) (set [256]bool) {
	for c := range set {
		b := byte(c)
		set[c] = lower(b) >= 'a' && lower(b) <= 'z' || b >= '0' && b <= '9'
	}
	for _, c := range []byte(marks) {
		set[c] = true
	}
	return set
}

func isToken(c byte) bool { return tokens[c] }

// EqualFold tells whether b is the ASCII word s in any case.
func EqualFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if lower(b[i]) != lower(s[i]) {
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
