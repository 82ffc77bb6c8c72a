package netx

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
	"path/filepath"
	"testing"
	"time"
)

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newKey(t testing.TB, kind keyKind) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if kind == keyRSA {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newAuthority(t testing.TB, name string) *authority {
	t.Helper()
	a := &authority{key: newKey(t, keyECDSA)}
	a.cert = a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, a.key)
	return a
}

// sign fills in what is left out: an hour to both sides of now.
func (a *authority) sign(t testing.TB, template *x509.Certificate, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
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

// files are a certificate and its key on disk.
type files struct{ cert, key string }

func (a *authority) issueFiles(t testing.TB, kind keyKind, names ...string) files {
	t.Helper()
	dir := t.TempDir()
	f := files{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	key := newKey(t, kind)
	cert := a.sign(t, &x509.Certificate{DNSNames: names}, key)
	text, err := encodeCertificate(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	write(t, f.key, text)
	write(t, f.cert, pemOf(cert))
	return f
}

// client is a phone's certificate.
func (a *authority) client(t testing.TB, template *x509.Certificate) tls.Certificate {
	t.Helper()
	key := newKey(t, keyECDSA)
	cert := a.sign(t, template, key)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}
}

func pemOf(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// load loads a certificate of several files.
func load(t testing.TB, all ...files) *Certificate {
	t.Helper()
	var certs, keys string
	for i, f := range all {
		if i > 0 {
			certs, keys = certs+", ", keys+","
		}
		certs, keys = certs+f.cert, keys+f.key
	}
	c, err := LoadCertificate(certs, keys)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// connect lets a client and a server shake hands and exchange a byte, which
// brings the client its session ticket.
func connect(t testing.TB, server, client *tls.Config) (atServer, atClient tls.ConnectionState, err error) {
	t.Helper()
	client = client.Clone()
	client.InsecureSkipVerify = true //nolint:gosec // not what is tested
	near, far := net.Pipe()
	defer near.Close()
	served := make(chan tls.ConnectionState, 1)
	go func() {
		defer far.Close()
		s := tls.Server(far, server)
		if s.Handshake() == nil {
			_, _ = s.Write([]byte("x"))
		}
		served <- s.ConnectionState()
	}()
	c := tls.Client(near, client)
	if err = c.HandshakeContext(t.Context()); err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	atClient = c.ConnectionState()
	_ = near.Close()
	return <-served, atClient, err
}
