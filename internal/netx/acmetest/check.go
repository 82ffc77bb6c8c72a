package acmetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"

	"golang.org/x/crypto/acme"
)

// check visits the order's domain and writes down what it found.
func (ca *CA) check(ctx context.Context, id int, way string) {
	ca.mu.Lock()
	o := ca.orders[id]
	domain, token, pending := o.domain, o.token, o.authz == acme.StatusPending
	thumbprint := path.Base(o.account) // an account's id is its key's thumbprint
	ca.mu.Unlock()
	if !pending {
		return
	}
	visit := ca.visitTLS
	if way == "http-01" {
		visit = ca.visitHTTP
	}
	err := visit(ctx, domain, token, token+"."+thumbprint)
	ca.mu.Lock()
	defer ca.mu.Unlock()
	if err != nil {
		o.status, o.authz, o.problem = acme.StatusInvalid, acme.StatusInvalid, err.Error()
		return
	}
	ca.passed[domain] = true
	o.status, o.authz = acme.StatusReady, acme.StatusValid
}

// visitHTTP checks as RFC 8555 section 8.3 says.
func (ca *CA) visitHTTP(ctx context.Context, domain, token, want string) error {
	client := http.Client{Transport: &http.Transport{
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return ca.DialHTTP(ctx, domain) },
		DisableKeepAlives: true,
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+domain+"/.well-known/acme-challenge/"+token, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1000))
	if err != nil {
		return err
	}
	if got := string(bytes.TrimSpace(body)); got != want {
		return fmt.Errorf("%q is not the answer (status %d)", got, resp.StatusCode)
	}
	return nil
}

// visitTLS checks as RFC 8737 section 3 says.
func (ca *CA) visitTLS(ctx context.Context, domain, _, want string) error {
	raw, err := ca.DialTLS(ctx, domain)
	if err != nil {
		return err
	}
	defer func() { _ = raw.Close() }() // nothing more to say
	c := tls.Client(raw, &tls.Config{
		ServerName: domain, NextProtos: []string{acme.ALPNProto},
		InsecureSkipVerify: true, //nolint:gosec // the certificate is a signed answer, not an identity
	})
	if err := c.HandshakeContext(ctx); err != nil {
		return err
	}
	state := c.ConnectionState()
	leaf := state.PeerCertificates[0]
	if state.NegotiatedProtocol != acme.ALPNProto || len(leaf.DNSNames) != 1 || leaf.DNSNames[0] != domain {
		return fmt.Errorf("protocol %q, names %q", state.NegotiatedProtocol, leaf.DNSNames)
	}
	sum := sha256.Sum256([]byte(want))
	answer, err := asn1.Marshal(sum[:])
	if err != nil {
		return err
	}
	identifier := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}
	for _, e := range leaf.Extensions {
		if e.Id.Equal(identifier) && e.Critical && bytes.Equal(e.Value, answer) {
			return nil
		}
	}
	return errors.New("the certificate is not the answer")
}
