package load

import "bytes"

// response is what a phone reads of an answer. The slices point into the datagram.
type response struct {
	status     int
	phone      uint32 // whose, by the branch of the top Via
	seq        uint32 // to which of its transactions
	retryAfter int    // seconds, 0 without
	challenge  challenge
}

// challenge is a digest challenge with MD5.
type challenge struct {
	realm, nonce, opaque []byte
	qop, stale           bool
}

// branchMark starts our branches: the magic cookie and a word of our own. The
// fleet, the phone and its transaction follow as eight hexadecimal digits each.
const branchMark = "z9hG4bKload"

const branchLen = len(branchMark) + 3*8

// parseResponse reads an answer to a request of this fleet.
func parseResponse(datagram []byte, fleet uint32) (r response, ok bool) {
	if r.status, ok = statusOf(datagram); !ok {
		return r, false
	}
	found := false
	for rest := datagram; len(rest) > 0; {
		var header []byte
		if header, rest, _ = bytes.Cut(rest, crlf); len(header) < 2 {
			break
		}
		switch header[0] | 0x20 {
		case 'v':
			found = found || r.via(header, fleet)
		case 'w':
			r.authenticate(header)
		case 'r':
			if v, is := value(header, "Retry-After"); is {
				r.retryAfter = leadingNumber(v)
			}
		}
	}
	return r, found
}

// statusOf reads the status line.
func statusOf(datagram []byte) (status int, ok bool) {
	const start = "SIP/2.0 "
	if len(datagram) < len(start)+3 || string(datagram[:len(start)]) != start {
		return 0, false
	}
	for _, c := range datagram[len(start) : len(start)+3] {
		if c < '0' || c > '9' {
			return 0, false
		}
		status = 10*status + int(c-'0')
	}
	return status, true
}

var (
	crlf       = []byte("\r\n")
	branchText = []byte(branchMark)
)

// via finds our branch.
func (r *response) via(header []byte, fleet uint32) bool {
	at := bytes.Index(header, branchText)
	if at < 0 || len(header) < at+branchLen {
		return false
	}
	digits := header[at+len(branchMark):]
	got, ok0 := parseHex(digits[:8])
	phone, ok1 := parseHex(digits[8:16])
	seq, ok2 := parseHex(digits[16:24])
	r.phone, r.seq = phone, seq
	return ok0 && ok1 && ok2 && got == fleet
}

// authenticate takes the first challenge with MD5.
func (r *response) authenticate(header []byte) {
	v, is := value(header, "WWW-Authenticate")
	if !is || r.challenge.nonce != nil {
		return
	}
	if algorithm := parameter(v, "algorithm="); algorithm != nil && !bytes.EqualFold(algorithm, []byte("MD5")) {
		return
	}
	r.challenge = challenge{
		realm: parameter(v, "realm="), nonce: parameter(v, "nonce="), opaque: parameter(v, "opaque="),
		qop:   bytes.Contains(parameter(v, "qop="), []byte("auth")),
		stale: bytes.EqualFold(parameter(v, "stale="), []byte("true")),
	}
}

// value is the text after "name:" if that is the header.
func value(header []byte, name string) ([]byte, bool) {
	if len(header) <= len(name) || header[len(name)] != ':' || !bytes.EqualFold(header[:len(name)], []byte(name)) {
		return nil, false
	}
	return header[len(name)+1:], true
}

// parameter is the value of "name=value" or `name="value"`, nil without.
func parameter(v []byte, name string) []byte {
	at := bytes.Index(v, []byte(name))
	if at < 0 {
		return nil
	}
	v = v[at+len(name):]
	if len(v) > 0 && v[0] == '"' {
		if end := bytes.IndexByte(v[1:], '"'); end >= 0 {
			return v[1 : end+1]
		}
		return nil
	}
	if end := bytes.IndexAny(v, ", \t"); end >= 0 {
		v = v[:end]
	}
	return v
}

// leadingNumber is the number v starts with after blanks, at most a day of seconds.
func leadingNumber(v []byte) (n int) {
	const day = 86400
	for _, c := range bytes.TrimLeft(v, " \t") {
		if c < '0' || c > '9' {
			break
		}
		n = min(10*n+int(c-'0'), day)
	}
	return n
}

const hexDigits = "0123456789abcdef"

func appendHex(dst []byte, v uint32) []byte {
	for shift := 28; shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[v>>shift&15])
	}
	return dst
}

func parseHex(b []byte) (v uint32, ok bool) {
	for _, c := range b {
		switch {
		case '0' <= c && c <= '9':
			v = v<<4 | uint32(c-'0')
		case 'a' <= c && c <= 'f':
			v = v<<4 | uint32(c-'a'+10)
		default:
			return 0, false
		}
	}
	return v, true
}
