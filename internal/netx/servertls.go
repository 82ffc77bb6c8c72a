package netx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"sync/atomic"

	"golang.org/x/crypto/acme"
)

// errNoCertificate is what a handshake fails with before ACME got one.
var errNoCertificate = errors.New("no certificate yet")

// ServerTLS is how a listener speaks TLS. Certificates come from Files, ACME or
// both; with both, ACME's serve the names they are of and Files all others.
type ServerTLS struct {
	Profile   Profile
	Files     *Certificate
	ACME      *ACME
	ClientCA  *ClientCA // nil: clients are not asked for certificates
	Protocols []string  // ALPN (RFC 7301), best first
}

// Config is a server configuration that follows every reload, for good: one for
// the life of a listener, so that its session tickets (RFC 5077, RFC 8446
// section 2.2) keep working. crypto/tls replaces their key daily and takes old
// ones for seven days.
func (s ServerTLS) Config() *tls.Config {
	c := &tls.Config{NextProtos: append([]string(nil), s.Protocols...), GetCertificate: s.certificate}
	s.Profile.apply(c)
	v := &variants{base: c.Clone(), ca: s.ClientCA}
	if s.ACME != nil {
		// The authority's protocol is named to nobody else: a listener without protocols
		// would refuse those of clients, browsers' over WebSocket for one.
		v.challenge = c.Clone()
		v.challenge.NextProtos = []string{acme.ALPNProto}
	}
	c.GetConfigForClient = v.choose
	return c
}

func (s ServerTLS) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if s.ACME != nil && isChallenge(hello) {
		return s.ACME.challengeCertificate(hello.ServerName)
	}
	if s.ACME != nil && (s.Files == nil || s.ACME.current.Load().has(hello.ServerName)) {
		return s.ACME.GetCertificate(hello)
	}
	if s.Files == nil {
		return nil, errNoCertificate
	}
	return s.Files.GetCertificate(hello)
}

// variants are the configurations of one listener for different clients. Session
// tickets are those of the configuration they are variants of.
type variants struct {
	base    *tls.Config
	ca      *ClientCA
	current atomic.Pointer[variant]
	// challenge is for an authority that checks a domain, nil without one.
	challenge *tls.Config
}

// variant is made for the authorities it names to clients.
type variant struct {
	clientCAs       *x509.CertPool
	normal, rsaOnly *tls.Config
}

func (v *variants) choose(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	if v.challenge != nil && isChallenge(hello) {
		return v.challenge, nil
	}
	var pool *x509.CertPool
	if v.ca != nil {
		pool = v.ca.pool.Load()
	}
	now := v.current.Load()
	if now == nil || now.clientCAs != pool {
		now = v.make(pool)
		v.current.Store(now)
	}
	if now.rsaOnly != nil && wantsSHA1(hello) {
		return now.rsaOnly, nil
	}
	return now.normal, nil
}

func (v *variants) make(pool *x509.CertPool) *variant {
	made := &variant{clientCAs: pool, normal: v.base.Clone()}
	if pool != nil {
		made.normal.ClientAuth, made.normal.ClientCAs = tls.RequestClientCert, pool
	}
	if slices.Contains(made.normal.CipherSuites, tls.TLS_RSA_WITH_AES_128_CBC_SHA) {
		made.rsaOnly = made.normal.Clone()
		made.rsaOnly.CipherSuites = rsaSuites()
	}
	return made
}
