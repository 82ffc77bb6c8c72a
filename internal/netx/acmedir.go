package netx

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// acmeDir is the folder an ACME keeps its keys and certificates in, as PEM.
type acmeDir string

const accountFile = "account.pem"

func certificateFile(domain string, kind keyKind) string { return domain + "." + string(kind) + ".pem" }

func (d acmeDir) make() error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return fmt.Errorf("cannot keep certificates: %w", err)
	}
	return nil
}

// certificates reads what there is for the domain. One that cannot be read is asked
// for again, as one that is not there.
func (d acmeDir) certificates(domain string) (all []*tls.Certificate) {
	for _, kind := range keyKinds() {
		if cert, err := d.certificate(domain, kind); err == nil {
			all = append(all, cert)
		}
	}
	return all
}

// certificate reads one that is valid for the domain, expired or not.
func (d acmeDir) certificate(domain string, kind keyKind) (*tls.Certificate, error) {
	text, err := os.ReadFile(filepath.Join(string(d), certificateFile(domain, kind)))
	if err != nil {
		return nil, err
	}
	cert, err := decodeCertificate(text, domain)
	if err == nil && kindOf(cert) != kind {
		err = fmt.Errorf("cannot use a certificate whose key is not %s", kind)
	}
	return cert, err
}

// accountKey reads the account's key, or makes and keeps one.
func (d acmeDir) accountKey() (crypto.Signer, error) {
	text, err := os.ReadFile(filepath.Join(string(d), accountFile))
	if err == nil {
		return decodeKey(text)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot read the ACME account: %w", err)
	}
	key, err := keyECDSA.generate()
	if err != nil {
		return nil, fmt.Errorf("cannot make a key: %w", err)
	}
	text, err = encodeCertificate(key, nil)
	if err != nil {
		return nil, err
	}
	return key, d.write(accountFile, text)
}

// write replaces a file in one step; others cannot read it.
func (d acmeDir) write(name string, text []byte) error {
	path := filepath.Join(string(d), name)
	err := os.WriteFile(path+".new", text, 0o600)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return fmt.Errorf("cannot keep %q: %w", name, err)
	}
	return nil
}

// encodeCertificate is a key with its certificate and those above it.
func encodeCertificate(key crypto.Signer, chain [][]byte) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("cannot encode a key: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	for _, cert := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})...)
	}
	return text, nil
}

func decodeCertificate(text []byte, domain string) (*tls.Certificate, error) {
	cert, err := tls.X509KeyPair(text, text)
	if err == nil {
		err = cert.Leaf.VerifyHostname(domain)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot use a certificate for %q: %w", domain, err)
	}
	return &cert, nil
}

func decodeKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("cannot read the ACME account: %w", errors.New("no key in it"))
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("cannot read the ACME account: %w", err)
	}
	signer, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("cannot read the ACME account: %w", errors.New("not an ECDSA key"))
	}
	return signer, nil
}
