package netx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
)

// Certificate is one or several certificates kept in PEM files. New
// connections use what the last successful load found; open ones are not
// touched by a reload.
//
// Several certificates may be of several names, chosen by the server name the
// client asks for (SNI, RFC 6066 section 3), or of one name with keys of
// several kinds: a client that can use it gets the ECDSA certificate, any other
// the RSA one. Without a server name, or with one nobody has, the first pair's
// name is served: phones are often pointed at an address.
type Certificate struct {
	pairs   []pair
	current atomic.Pointer[certSet]
}

// pair is a certificate (with its chain) and its key.
type pair struct{ cert, key string }

// LoadCertificate reads the files. Both arguments may list several files,
// separated by commas and in the same order.
func LoadCertificate(certFile, keyFile string) (*Certificate, error) {
	pairs, err := splitPairs(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	c := &Certificate{pairs: pairs}
	if err := c.Reload(); err != nil {
		return nil, err
	}
	return c, nil
}

func splitPairs(certFiles, keyFiles string) ([]pair, error) {
	certs, keys := strings.Split(certFiles, ","), strings.Split(keyFiles, ",")
	if len(certs) != len(keys) {
		return nil, fmt.Errorf("cannot load %d certificates with %d keys: every certificate needs its own", len(certs), len(keys))
	}
	pairs := make([]pair, len(certs))
	for i := range certs {
		pairs[i] = pair{strings.TrimSpace(certs[i]), strings.TrimSpace(keys[i])}
	}
	return pairs, nil
}

// Reload reads the files again. On an error all certificates in use stay.
func (c *Certificate) Reload() error {
	var loaded []*tls.Certificate
	var errs []error
	for _, p := range c.pairs {
		cert, err := tls.LoadX509KeyPair(p.cert, p.key)
		if err != nil {
			errs = append(errs, fmt.Errorf("cannot load certificate %q with key %q: %w", p.cert, p.key, err))
			continue
		}
		loaded = append(loaded, &cert)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	c.current.Store(newCertSet(loaded))
	return nil
}

// Leaf is the first certificate in use, for its names.
func (c *Certificate) Leaf() *x509.Certificate { return c.current.Load().all[0].Leaf }

// Leaves are the certificates in use.
func (c *Certificate) Leaves() []*x509.Certificate { return c.current.Load().leaves() }

// Expiries says until when each certificate in use is valid.
func (c *Certificate) Expiries() []Expiry { return c.current.Load().expiries() }

// GetCertificate chooses a certificate for a client; see tls.Config.
func (c *Certificate) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.current.Load().choose(hello), nil
}

// Config is a server configuration that follows reloads: TLS 1.2 and later
// (RFC 9325 section 3.1.1) as crypto/tls chooses it, with the given ALPN
// protocols. [ServerTLS] says more.
func (c *Certificate) Config(protocols ...string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: protocols, GetCertificate: c.GetCertificate}
}
