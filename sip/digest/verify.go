package digest

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
)

// Expected is what a request's credentials must fit.
type Expected struct {
	Method     string // the request's method
	URI        []byte // the Request-URI
	Realm      string // the realm challenged with
	Algorithms Algorithms
	// AnyURI accepts a digest uri that is not the Request-URI: for a request that
	// came through a proxy which rewrote it.
	AnyURI bool
}

// Verifier checks responses. It owns the buffers the hashes are computed in, so
// one worker uses it at a time; the zero value is ready.
type Verifier struct {
	text          []byte
	sum           [sha256.Size]byte
	ha1, ha2, res [2 * sha256.Size]byte
}

// dummyHA1 stands for the hash of a user that does not exist.
var dummyHA1 [sha256.Size]byte

// Verify checks the response of c against ha1, the [HA1] of c.Algorithm for the
// user. A nil ha1, or one of another length, means that there is no such user:
// the same work is done and the answer is ErrResponse.
//
// RFC 2069 credentials without qop are accepted for MD5 alone. The digest uri
// must address what the Request-URI addresses, see [SameURI]. The nonce is the
// caller's to check. The errors are the sentinels ErrRealm, ErrAlgorithm,
// ErrQOP, ErrURI and ErrResponse.
func (v *Verifier) Verify(c *Credentials, want Expected, ha1 []byte) error {
	switch {
	case string(c.Realm) != want.Realm:
		return ErrRealm
	case !want.Algorithms.Has(c.Algorithm):
		return ErrAlgorithm
	case c.QOP == OtherQOP, c.QOP == NoQOP && c.Algorithm != MD5:
		return ErrQOP
	case !want.AnyURI && !SameURI(c.URI, want.URI):
		return ErrURI
	}
	size := c.Algorithm.Size()
	known := len(ha1) == size
	if !known {
		ha1 = dummyHA1[:size]
	}
	expected := v.response(c, want.Method, ha1)
	var given [2 * sha256.Size]byte
	n := lowerHex(given[:], c.Response)
	if subtle.ConstantTimeCompare(expected, given[:n])&b2i(known) != 1 {
		return ErrResponse
	}
	return nil
}

// response computes the response c should have carried, in hexadecimal. It is
// valid until the next call.
func (v *Verifier) response(c *Credentials, method string, ha1 []byte) []byte {
	n := hex.Encode(v.ha1[:], ha1)

	v.text = append(append(append(v.text[:0], method...), ':'), c.URI...)
	v.hash(c.Algorithm, v.ha2[:])

	v.text = append(v.text[:0], v.ha1[:n]...)
	v.field(c.Nonce)
	if c.QOP != NoQOP {
		v.field(c.NC)
		v.field(c.Cnonce)
		v.field(c.qop)
	}
	v.field(v.ha2[:n])
	return v.hash(c.Algorithm, v.res[:])
}

func (v *Verifier) field(b []byte) { v.text = append(append(v.text, ':'), b...) }

// hash writes the hexadecimal hash of v.text to dst.
func (v *Verifier) hash(a Algorithm, dst []byte) []byte {
	n := a.sum(&v.sum, v.text)
	return dst[:hex.Encode(dst, v.sum[:n])]
}

// lowerHex copies b with upper-case digits lowered; what does not fit becomes
// empty, which equals no response.
func lowerHex(dst, b []byte) int {
	if len(b) > len(dst) {
		return 0
	}
	for i, c := range b {
		dst[i] = lower(c)
	}
	return len(b)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
