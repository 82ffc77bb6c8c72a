package digest

// Challenge is what a server asks for.
type Challenge struct {
	Realm      string
	Nonce      []byte     // from [Nonces.Append]
	Algorithms Algorithms // what the domain offers
	Stale      bool       // the response was right, the nonce was not
	Opaque     string     // left out when empty
}

// strongestFirst is the order of RFC 8760 section 2.4: a client takes the first
// challenge whose algorithm it knows.
var strongestFirst = [...]Algorithm{SHA256, MD5}

// AppendChallenges appends one header line for each algorithm offered, the
// strongest first. header is "WWW-Authenticate" or "Proxy-Authenticate".
func AppendChallenges(dst []byte, header string, c *Challenge) []byte {
	for _, a := range strongestFirst {
		if !c.Algorithms.Has(a) {
			continue
		}
		dst = append(append(dst, header...), ": "...)
		dst = AppendChallenge(dst, a, c)
		dst = append(dst, "\r\n"...)
	}
	return dst
}

// AppendChallenge appends the value of a challenge for one algorithm.
func AppendChallenge(dst []byte, a Algorithm, c *Challenge) []byte {
	dst = appendQuoted(append(dst, "Digest realm="...), c.Realm)
	dst = appendQuoted(append(dst, ", nonce="...), c.Nonce)
	if c.Opaque != "" {
		dst = appendQuoted(append(dst, ", opaque="...), c.Opaque)
	}
	if c.Stale {
		dst = append(dst, ", stale=true"...)
	}
	dst = append(append(dst, ", algorithm="...), a.String()...)
	return append(dst, `, qop="auth"`...)
}

// AppendAuthenticationInfo appends the value of an Authentication-Info header
// (RFC 7616 section 3.5): the server's own proof for credentials c that have
// verified against ha1, and, unless it is empty, the nonce to use next. For
// credentials without qop there is no proof; it appends nothing when there is
// no nextNonce either.
func (v *Verifier) AppendAuthenticationInfo(dst []byte, c *Credentials, ha1, nextNonce []byte) []byte {
	if len(nextNonce) > 0 {
		dst = appendQuoted(append(dst, "nextnonce="...), nextNonce)
	}
	if c.QOP == NoQOP {
		return dst
	}
	if len(nextNonce) > 0 {
		dst = append(dst, ", "...)
	}
	dst = append(append(dst, "qop="...), c.qop...)
	dst = append(append(append(dst, `, rspauth="`...), v.response(c, "", ha1)...), '"')
	dst = append(append(append(dst, `, cnonce="`...), c.Cnonce...), '"')
	return append(append(dst, ", nc="...), c.NC...)
}
