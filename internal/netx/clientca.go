package netx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
)

// ClientCA are the authorities whose certificates identify phones, from a PEM
// file: roots, or intermediates alone.
//
// A client is asked for a certificate and need not have one. The handshake does
// not fail for one nobody vouches for: phones send their maker's whatever
// authorities we name, and one maker's file must not lock out the others'
// phones. Client says what was shown.
type ClientCA struct {
	file string
	pool atomic.Pointer[x509.CertPool]
}

// LoadClientCA reads the file.
func LoadClientCA(file string) (*ClientCA, error) {
	c := &ClientCA{file: file}
	if err := c.Reload(); err != nil {
		return nil, err
	}
	return c, nil
}

// Reload reads the file again. On an error the authorities in use stay.
func (c *ClientCA) Reload() error {
	text, err := os.ReadFile(c.file)
	if err != nil {
		return fmt.Errorf("cannot load client authorities: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return fmt.Errorf("cannot load client authorities from %q: %w", c.file, errors.New("no certificate in it"))
	}
	c.pool.Store(pool)
	return nil
}

// ClientStatus is what a client showed of itself.
type ClientStatus int

// The statuses.
const (
	ClientNone      ClientStatus = iota // no certificate
	ClientUntrusted                     // one that none of the authorities vouches for now
	ClientGeneric                       // a trusted one that is not of a single device: its CN is no MAC
	ClientDevice                        // a trusted one whose CN is the device's MAC
)

// String is a word for logs and metric labels.
func (s ClientStatus) String() string {
	switch s {
	case ClientUntrusted:
		return "untrusted"
	case ClientGeneric:
		return "generic"
	case ClientDevice:
		return "device"
	default:
		return "none"
	}
}

// Client is who is at the other end of a connection; the MAC is set for
// ClientDevice only. A resumed session shows the certificate of its first
// handshake; it is checked anew, against the authorities and clock of now.
func (c *ClientCA) Client(state *tls.ConnectionState) (MAC, ClientStatus) {
	if state == nil || len(state.PeerCertificates) == 0 {
		return MAC{}, ClientNone
	}
	leaf := state.PeerCertificates[0]
	opts := x509.VerifyOptions{
		Roots: c.pool.Load(), Intermediates: x509.NewCertPool(),
		// Factory certificates are made for anything; the authorities are of devices only.
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	for _, cert := range state.PeerCertificates[1:] {
		opts.Intermediates.AddCert(cert)
	}
	if _, err := leaf.Verify(opts); err != nil {
		return MAC{}, ClientUntrusted
	}
	mac, ok := ParseMAC(leaf.Subject.CommonName)
	if !ok {
		return MAC{}, ClientGeneric
	}
	return mac, ClientDevice
}

// ClientMAC is the MAC a client has proved to be, if it has.
func (c *ClientCA) ClientMAC(state *tls.ConnectionState) (MAC, bool) {
	mac, status := c.Client(state)
	return mac, status == ClientDevice
}
