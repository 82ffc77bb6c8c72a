package trunk

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
)

// What people are told has nothing of how we are made.
func TestUnanswered(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"silence":   {context.DeadlineExceeded, "no answer to OPTIONS"},
		"refused":   {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "it refuses connections"},
		"no route":  {&net.OpError{Op: "write", Err: os.NewSyscallError("sendto", syscall.ENETUNREACH)}, "there is no way to it in the network"},
		"untrusted": {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "its certificate is not trusted"},
		"mismatch": {
			&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "a.example"}},
			"its certificate is for another name",
		},
		"password": {errPassword, "its password cannot be read"},
		"unknown":  {errors.New("cannot complete OPTIONS: internal"), "no answer to OPTIONS"},
	} {
		if got := unanswered("OPTIONS", fmt.Errorf("cannot do it: %w", c.err)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
