package digest

import (
	"encoding/hex"
	"fmt"
)

// Challenged is a challenge as a client reads it, its strings unescaped.
type Challenged struct {
	Realm, Nonce, Opaque string
	Algorithm            Algorithm // MD5 when absent, Unknown when not ours
	QOP                  QOP       // Auth when it is among those offered
	Stale                bool
}

// ParseChallenge reads the value of a WWW-Authenticate or Proxy-Authenticate header.
func ParseChallenge(value []byte) (Challenged, error) {
	c := Challenged{Algorithm: MD5}
	s, err := newScanner(value)
	if err != nil {
		return Challenged{}, fmt.Errorf("cannot parse challenge: %w", err)
	}
	for {
		p, more, err := s.next()
		if err != nil {
			return Challenged{}, fmt.Errorf("cannot parse challenge: %w", err)
		}
		if !more {
			break
		}
		c.set(&p)
	}
	if c.Realm == "" || c.Nonce == "" {
		return Challenged{}, fmt.Errorf("cannot parse challenge: %w", ErrMissing)
	}
	return c, nil
}

func (c *Challenged) set(p *param) {
	switch text := string(AppendUnescaped(nil, p.value)); {
	case equalFold(p.name, "realm"):
		c.Realm = text
	case equalFold(p.name, "nonce"):
		c.Nonce = text
	case equalFold(p.name, "opaque"):
		c.Opaque = text
	case equalFold(p.name, "stale"):
		c.Stale = equalFold(p.value, "true")
	case equalFold(p.name, "algorithm"):
		c.Algorithm = parseAlgorithm(p.value)
	case equalFold(p.name, "qop"):
		c.QOP = offered(p.value)
	}
}

// offered picks auth out of a list of qop options.
func offered(list []byte) QOP {
	for len(list) > 0 {
		var tok []byte
		if tok, list = token(list); equalFold(tok, "auth") {
			return Auth
		}
		if len(tok) == 0 {
			list = list[1:]
		}
	}
	return OtherQOP
}

// Choose picks the challenge to answer: the strongest algorithm we know, and the
// first of those (RFC 8760 section 2.4). ok is false when none can be answered.
func Choose(list []Challenged) (best Challenged, ok bool) {
	for _, c := range list {
		if c.QOP != OtherQOP && c.Algorithm > best.Algorithm {
			best, ok = c, true
		}
	}
	return best, ok
}

// Answer is what a client knows when it responds to a challenge.
type Answer struct {
	Username, Password string
	Method, URI        string
	// Cnonce is the client's random text and Count the number of requests sent
	// with this nonce, from 1. Both are used when the challenge has qop.
	Cnonce string
	Count  uint32
}

// Respond returns the value of the Authorization or Proxy-Authorization header
// that answers c.
func Respond(c Challenged, a Answer) ([]byte, error) {
	if c.Algorithm == Unknown {
		return nil, fmt.Errorf("cannot answer challenge of realm %q: %w", c.Realm, ErrAlgorithm)
	}
	if c.QOP == OtherQOP {
		return nil, fmt.Errorf("cannot answer challenge of realm %q: %w", c.Realm, ErrQOP)
	}
	creds := Credentials{
		Nonce: []byte(c.Nonce), URI: []byte(a.URI), Algorithm: c.Algorithm, QOP: c.QOP,
		qop: []byte("auth"), NC: appendNC(nil, a.Count), Cnonce: []byte(a.Cnonce),
	}
	var v Verifier
	response := v.response(&creds, a.Method, HA1(a.Username, c.Realm, a.Password, c.Algorithm))

	out := appendQuoted([]byte("Digest username="), a.Username)
	out = appendQuoted(append(out, ", realm="...), c.Realm)
	out = appendQuoted(append(out, ", nonce="...), c.Nonce)
	out = appendQuoted(append(out, ", uri="...), a.URI)
	out = appendQuoted(append(out, ", response="...), response)
	out = append(append(out, ", algorithm="...), c.Algorithm.String()...)
	if c.QOP == Auth {
		out = appendQuoted(append(out, ", cnonce="...), a.Cnonce)
		out = append(append(out, ", qop=auth, nc="...), creds.NC...)
	}
	if c.Opaque != "" {
		out = appendQuoted(append(out, ", opaque="...), c.Opaque)
	}
	return out, nil
}

// appendNC appends n as eight hexadecimal digits.
func appendNC(dst []byte, n uint32) []byte {
	return hex.AppendEncode(dst, []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}
