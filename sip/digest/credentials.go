package digest

import "fmt"

// QOP is the quality of protection named in credentials.
type QOP uint8

// The qualities of protection. Only NoQOP and Auth can verify.
const (
	NoQOP    QOP = iota // absent: RFC 2069
	Auth                // qop=auth
	OtherQOP            // auth-int, or one we do not know
)

// Credentials are the parameters of an Authorization or Proxy-Authorization
// header. The slices point into the parsed value and live as long as it does.
// Quoted values are the raw text between the quotes: Digest hashes it as sent.
type Credentials struct {
	Username []byte // see UsernameEscaped
	Realm    []byte
	Nonce    []byte
	URI      []byte
	Response []byte // hexadecimal, not yet checked
	Cnonce   []byte // set when QOP is not NoQOP
	NC       []byte // eight hexadecimal digits, set when QOP is not NoQOP
	Opaque   []byte

	Algorithm Algorithm // MD5 when absent, Unknown when not ours
	QOP       QOP
	Count     uint32 // NC as a number, above 0; 0 when QOP is NoQOP
	// UsernameEscaped says that Username holds backslash escapes; look the user
	// up by AppendUnescaped(nil, Username).
	UsernameEscaped bool

	qop, algorithm []byte // as sent; qop is part of the hash
}

// Parameters already met, for duplicates.
const (
	seenUsername = 1 << iota
	seenRealm
	seenNonce
	seenURI
	seenResponse
	seenCnonce
	seenNC
	seenOpaque
	seenAlgorithm
	seenQOP
)

const (
	required    = seenUsername | seenRealm | seenNonce | seenURI | seenResponse
	requiredQOP = seenCnonce | seenNC
)

// ParseCredentials reads a header value, `Digest username="…", realm="…", …`.
// Unknown parameters are skipped; known ones may come once and only in the form
// RFC 7616 gives them, save that algorithm, qop and nc may be quoted or not.
// It allocates only when it fails.
func ParseCredentials(value []byte) (Credentials, error) {
	c := Credentials{Algorithm: MD5}
	s, err := newScanner(value)
	if err != nil {
		return Credentials{}, fmt.Errorf("cannot parse credentials: %w", err)
	}
	var seen uint
	for {
		p, more, err := s.next()
		if err == nil && more {
			err = c.set(&p, &seen)
		}
		if err != nil {
			return Credentials{}, fmt.Errorf("cannot parse credentials at %q: %w", p.name, err)
		}
		if !more {
			break
		}
	}
	if seen&required != required || c.QOP != NoQOP && seen&requiredQOP != requiredQOP {
		return Credentials{}, fmt.Errorf("cannot parse credentials: %w", ErrMissing)
	}
	if c.QOP == NoQOP { // nc and cnonce mean nothing without qop
		c.NC, c.Cnonce, c.Count = nil, nil, 0
	}
	return c, nil
}

// set stores one parameter.
func (c *Credentials) set(p *param, seen *uint) error {
	bit, field, bare := c.field(p.name)
	if bit == 0 {
		return nil
	}
	if *seen&bit != 0 {
		return ErrDuplicate
	}
	*seen |= bit
	if !p.quoted && !bare {
		return ErrSyntax
	}
	*field = p.value
	switch bit {
	case seenUsername:
		c.UsernameEscaped = p.escaped
	case seenAlgorithm:
		c.Algorithm = parseAlgorithm(p.value)
	case seenQOP:
		c.QOP = parseQOP(p.value)
	case seenNC:
		var ok bool
		if c.Count, ok = parseNC(p.value); !ok {
			return ErrNC
		}
	}
	return nil
}

// field finds where a parameter goes and whether it may stand without quotes.
func (c *Credentials) field(name []byte) (bit uint, field *[]byte, bare bool) {
	switch {
	case equalFold(name, "username"):
		return seenUsername, &c.Username, false
	case equalFold(name, "realm"):
		return seenRealm, &c.Realm, false
	case equalFold(name, "nonce"):
		return seenNonce, &c.Nonce, false
	case equalFold(name, "uri"):
		return seenURI, &c.URI, false
	case equalFold(name, "response"):
		return seenResponse, &c.Response, false
	case equalFold(name, "cnonce"):
		return seenCnonce, &c.Cnonce, false
	case equalFold(name, "opaque"):
		return seenOpaque, &c.Opaque, false
	case equalFold(name, "nc"):
		return seenNC, &c.NC, true
	case equalFold(name, "qop"):
		return seenQOP, &c.qop, true
	case equalFold(name, "algorithm"):
		return seenAlgorithm, &c.algorithm, true
	default:
		return 0, nil, false
	}
}

func parseQOP(token []byte) QOP {
	if equalFold(token, "auth") {
		return Auth
	}
	return OtherQOP
}

// parseNC reads exactly eight hexadecimal digits; counting starts at 1.
func parseNC(b []byte) (n uint32, ok bool) {
	if len(b) != 8 {
		return 0, false
	}
	for _, c := range b {
		d, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		n = n<<4 | uint32(d)
	}
	return n, n > 0
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	default:
		return 0, false
	}
}
