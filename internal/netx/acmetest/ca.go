// Package acmetest is a certificate authority for tests that speaks as much of
// ACME (RFC 8555) as a client needs and really checks the domains, by http-01 or
// tls-alpn-01, wherever its dial functions lead. It does not check signatures of
// requests.
package acmetest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
)

// Dial connects to the host a domain is checked at.
type Dial func(ctx context.Context, domain string) (net.Conn, error)

// CA is the authority: an http.Handler, whose directory is at "/directory". The
// exported fields are not changed while it serves.
type CA struct {
	DialHTTP Dial          // nil: no http-01
	DialTLS  Dial          // nil: no tls-alpn-01
	Lifetime time.Duration // of certificates; 0 = 90 days

	mux  *http.ServeMux
	root *x509.Certificate
	key  *ecdsa.PrivateKey

	mu       sync.Mutex
	serial   int64
	accounts map[string]account // by id
	orders   []*order
	passed   map[string]bool // domains that passed a check
}

type account struct {
	key     crypto.PublicKey
	contact []string
}

type order struct {
	domain, token, account string
	status                 string // of the order
	authz                  string // status of its authorization
	problem                string
	chain                  []byte // PEM
}

// New makes an authority with a root of its own.
func New() (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("cannot make a key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("cannot make a root: %w", err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("cannot read a root: %w", err)
	}
	ca := &CA{root: root, key: key, serial: 1, accounts: make(map[string]account), passed: make(map[string]bool)}
	ca.mux = ca.routes()
	return ca, nil
}

// Root is the certificate above all others.
func (ca *CA) Root() *x509.Certificate { return ca.root }

// Contacts are those of every account.
func (ca *CA) Contacts() (all []string) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	for _, a := range ca.accounts {
		all = append(all, a.contact...)
	}
	return all
}

// Orders is how many orders there have been and how many have a certificate.
func (ca *CA) Orders() (placed, issued int) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	for _, o := range ca.orders {
		if o.status == acme.StatusValid {
			issued++
		}
	}
	return len(ca.orders), issued
}

// Forget has domains checked again that have passed.
func (ca *CA) Forget() {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	clear(ca.passed)
}

// issue signs what a request asks for. The caller holds the lock.
func (ca *CA) issue(request []byte, domain string) ([]byte, error) {
	csr, err := x509.ParseCertificateRequest(request)
	if err != nil {
		return nil, fmt.Errorf("cannot read the request: %w", err)
	}
	if len(csr.DNSNames) != 1 || csr.DNSNames[0] != domain {
		return nil, errors.New("the request is not for the domain ordered")
	}
	lifetime := ca.Lifetime
	if lifetime == 0 {
		lifetime = 90 * 24 * time.Hour
	}
	ca.serial++
	return x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(ca.serial), DNSNames: csr.DNSNames,
		NotBefore: time.Now().Add(-time.Second), NotAfter: time.Now().Add(lifetime),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, ca.root, csr.PublicKey, ca.key)
}
