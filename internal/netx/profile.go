package netx

import (
	"crypto/tls"
	"slices"
)

// Profile is which protocol versions and cipher suites a listener speaks. All
// speak TLS 1.3; its suites cannot be chosen. The order of preference is
// crypto/tls's own: forward secrecy and AEAD first, whatever is allowed below.
type Profile int

// The profiles.
const (
	// ProfileModern is TLS 1.2 and later with forward secrecy and AEAD (RFC 9325
	// section 4.2): for people's browsers and tools.
	ProfileModern Profile = iota
	// ProfilePhone is TLS 1.2 and later with all that phones in the field offer,
	// provisioning and SIP alike: older Yealink firmware negotiates CBC suites or
	// RSA key exchange only (AES256-SHA).
	ProfilePhone
	// ProfileOldPhone is ProfilePhone and TLS 1.0 and 1.1, both deprecated by
	// RFC 8996, for firmware V7x that knows nothing newer. Never a default.
	ProfileOldPhone
)

// modernSuites are AEAD with forward secrecy.
func modernSuites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
}

// phoneSuites are modernSuites and AES with CBC or without forward secrecy.
// crypto/tls speaks the last only when they are listed. It has no DHE at all;
// firmware that offers DHE-RSA-AES256-SHA offers AES256-SHA too.
func phoneSuites() []uint16 { return append(modernSuites(), append(cbcSuites(), rsaSuites()...)...) }

func cbcSuites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	}
}

// rsaSuites use the RSA key for the key exchange.
func rsaSuites() []uint16 {
	return []uint16{
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA256, tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
	}
}

// apply sets versions and suites.
func (p Profile) apply(c *tls.Config) {
	c.MinVersion, c.CipherSuites = tls.VersionTLS12, phoneSuites()
	switch p {
	case ProfileOldPhone:
		c.MinVersion = tls.VersionTLS10
	case ProfileModern:
		c.CipherSuites = modernSuites()
	case ProfilePhone:
	}
}

// wantsSHA1 reports whether a client's best is TLS 1.2 with signatures over
// SHA-1, said or implied (RFC 5246 section 7.4.1.4.1). crypto/tls refuses to
// make those, so that only a key exchange without a signature is left for it.
func wantsSHA1(hello *tls.ClientHelloInfo) bool {
	return len(hello.SupportedVersions) > 0 && slices.Max(hello.SupportedVersions) == tls.VersionTLS12 &&
		!slices.ContainsFunc(hello.SignatureSchemes, func(s tls.SignatureScheme) bool {
			switch s {
			case tls.PKCS1WithSHA256, tls.PKCS1WithSHA384, tls.PKCS1WithSHA512,
				tls.PSSWithSHA256, tls.PSSWithSHA384, tls.PSSWithSHA512,
				tls.ECDSAWithP256AndSHA256, tls.ECDSAWithP384AndSHA384, tls.ECDSAWithP521AndSHA512, tls.Ed25519:
				return true
			default:
				return false
			}
		})
}
