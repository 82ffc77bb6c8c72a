// Package digest is HTTP Digest authentication as SIP uses it: nonces that need
// no memory until they are used, a scanner for credentials, verification
// against precomputed hashes, and the headers a server writes.
//
// Sources: RFC 7616 (Digest), RFC 8760 (SHA-256 in SIP), RFC 3261 section 22,
// and RFC 2069 for old phones that ignore qop.
//
// A server answers a request in four steps, none of which allocates:
//
//  1. [ParseCredentials] the Authorization value.
//  2. [Nonces.Verify] the nonce: no table is touched, a forger costs one HMAC.
//  3. [Verifier.Verify] the response. An unknown user passes a nil HA1 and
//     costs the same work.
//  4. [Nonces.Use] only once the response was right, so that only holders of a
//     password can fill the table of used nonces.
//
// A right response over a stale nonce is challenged again with stale=true; every
// other refusal is a plain challenge. The package does no input or output and
// keeps no goroutine.
package digest
