package trunk

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"syscall"
)

// unanswered says for people why a request to a carrier has no response; the whole error
// is the log's.
func unanswered(method string, err error) string {
	var certificate *tls.CertificateVerificationError
	var hostname x509.HostnameError
	switch {
	case errors.As(err, &hostname):
		return "its certificate is for another name"
	case errors.As(err, &certificate):
		return "its certificate is not trusted"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "it refuses connections"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no way to it in the network"
	case errors.Is(err, errPassword):
		return "its password cannot be read"
	}
	return "no answer to " + method
}

// notFound says for people that the name server knows no address of a host.
func notFound(host string) string { return fmt.Sprintf("no address of %s can be found", host) }
