package netx

import (
	"crypto/tls"
	"crypto/x509"
	"strings"
)

// Names are those a client has proved to have with a certificate one of the
// authorities vouches for: its common name and alternative names, of SIP URIs the
// address (RFC 5922 section 7.1). There are none without such a certificate.
func (c *ClientCA) Names(state *tls.ConnectionState) []string {
	if _, status := c.Client(state); status == ClientNone || status == ClientUntrusted {
		return nil
	}
	return namesOf(state.PeerCertificates[0])
}

func namesOf(cert *x509.Certificate) []string {
	names := append([]string{cert.Subject.CommonName}, cert.DNSNames...)
	names = append(names, cert.EmailAddresses...)
	for _, u := range cert.URIs {
		if strings.EqualFold(u.Scheme, "sip") || strings.EqualFold(u.Scheme, "sips") {
			names = append(names, u.Opaque)
		}
	}
	return names
}
