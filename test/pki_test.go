package test

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority signs certificates, for an hour before and after now.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	file string // PEM of its own certificate
}

func newAuthority(t testing.TB, name string) *authority {
	t.Helper()
	a := &authority{key: newKey(t, x509.ECDSA), file: filepath.Join(t.TempDir(), "ca.pem")}
	a.cert = a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, a.key)
	writePEM(t, a.file, "CERTIFICATE", a.cert.Raw)
	return a
}

func newKey(t testing.TB, kind x509.PublicKeyAlgorithm) (key crypto.Signer) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if kind == x509.RSA {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *authority) sign(t testing.TB, template *x509.Certificate, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, template, cmp.Or(a.cert, template), key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// pems are a certificate and its key on disk.
type pems struct{ cert, key string }

// issue writes a certificate of the name, and of 127.0.0.1, into a folder.
func (a *authority) issue(t testing.TB, dir string, kind x509.PublicKeyAlgorithm, name string) pems {
	t.Helper()
	key := newKey(t, kind)
	cert := a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, key)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	p := pems{filepath.Join(dir, kind.String()+".cert.pem"), filepath.Join(dir, kind.String()+".key.pem")}
	writePEM(t, p.key, "PRIVATE KEY", der)
	writePEM(t, p.cert, "CERTIFICATE", cert.Raw)
	return p
}

// phone is what a phone shows to be of the common name.
func (a *authority) phone(t testing.TB, commonName string) tls.Certificate {
	t.Helper()
	key := newKey(t, x509.ECDSA)
	cert := a.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: commonName}}, key)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}
}

// trusting is a client that knows the authority.
func (a *authority) trusting() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

func writePEM(t testing.TB, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}
