package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// keyPair is a certificate and its key on disk.
type keyPair struct{ cert, key string }

const rsaBits = 2048

// issue makes a self-signed certificate of that kind.
func (b *bench) issue(kind x509.PublicKeyAlgorithm) (p keyPair, err error) {
	var key crypto.Signer
	if kind == x509.RSA {
		key, err = rsa.GenerateKey(rand.Reader, rsaBits)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return p, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "phones.example"}, DNSNames: []string{"phones.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return p, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return p, err
	}
	p = keyPair{filepath.Join(b.scratch, kind.String()+".cert.pem"), filepath.Join(b.scratch, kind.String()+".key.pem")}
	if err := writePEM(p.cert, "CERTIFICATE", cert); err != nil {
		return p, err
	}
	return p, writePEM(p.key, "PRIVATE KEY", private)
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
