package netx

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
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

// writePair writes a self-signed certificate of the name and its key.
func writePair(t *testing.T, name, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// served is the name in the certificate a client is shown.
func served(t *testing.T, conf *tls.Config) string {
	t.Helper()
	client, server := net.Pipe()
	defer client.Close()
	go func() {
		defer server.Close()
		_ = tls.Server(server, conf).Handshake()
	}()
	c := tls.Client(client, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the name is what is tested
	if err := c.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c.ConnectionState().PeerCertificates[0].Subject.CommonName
}

func TestCertificateReload(t *testing.T) {
	cert, key := filepath.Join(t.TempDir(), "c.pem"), filepath.Join(t.TempDir(), "k.pem")
	if _, err := LoadCertificate(cert, key); err == nil {
		t.Error("loaded files that are not there")
	}
	writePair(t, "old.example", cert, key)
	c, err := LoadCertificate(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	conf := c.Config("http/1.1")
	if got := served(t, conf); got != "old.example" || c.Leaf().Subject.CommonName != got {
		t.Errorf("served %s, leaf %s", got, c.Leaf().Subject)
	}

	write(t, cert, []byte("not a certificate"))
	if err := c.Reload(); err == nil {
		t.Error("reloaded a broken file")
	}
	if got := served(t, conf); got != "old.example" {
		t.Errorf("after a failed reload: served %s", got)
	}

	writePair(t, "new.example", cert, key)
	if err := c.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := served(t, conf); got != "new.example" {
		t.Errorf("after a reload: served %s", got)
	}
}
