package netx

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"golang.org/x/crypto/acme"
)

// keyKind is an algorithm of certificate keys.
type keyKind string

const (
	keyECDSA keyKind = "ecdsa" // P-256
	keyRSA   keyKind = "rsa"   // 2048 bits
)

func keyKinds() []keyKind { return []keyKind{keyECDSA, keyRSA} }

func (k keyKind) generate() (crypto.Signer, error) {
	if k == keyRSA {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// obtain orders a certificate and keeps it.
func (a *ACME) obtain(ctx context.Context, domain string, kind keyKind) (*tls.Certificate, error) {
	if err := a.register(ctx); err != nil {
		return nil, err
	}
	finalize, err := a.order(ctx, domain)
	if err != nil {
		return nil, err
	}
	key, err := kind.generate()
	if err != nil {
		return nil, fmt.Errorf("cannot make a key: %w", err)
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{domain}}, key)
	if err != nil {
		return nil, fmt.Errorf("cannot make a request: %w", err)
	}
	der, _, err := a.client.CreateOrderCert(ctx, finalize, csr, true)
	if err != nil {
		return nil, fmt.Errorf("cannot fetch the certificate: %w", err)
	}
	text, err := encodeCertificate(key, der)
	if err != nil {
		return nil, err
	}
	cert, err := decodeCertificate(text, domain)
	if err != nil {
		return nil, err
	}
	return cert, acmeDir(a.config.Dir).write(certificateFile(domain, kind), text)
}

// register makes the client, with the account of the key in the folder.
func (a *ACME) register(ctx context.Context) error {
	if a.client != nil {
		return nil
	}
	key, err := acmeDir(a.config.Dir).accountKey()
	if err != nil {
		return err
	}
	client := &acme.Client{Key: key, HTTPClient: a.config.Client, DirectoryURL: a.config.Directory, UserAgent: "dialtone"}
	account := &acme.Account{}
	if a.config.Email != "" {
		account.Contact = []string{"mailto:" + a.config.Email}
	}
	if _, err := client.Register(ctx, account, acme.AcceptTOS); err != nil && !errors.Is(err, acme.ErrAccountAlreadyExists) {
		return fmt.Errorf("cannot register with %q: %w", a.config.Directory, err)
	}
	a.client = client
	return nil
}

// order has the domain checked, one way after the other, and returns where the
// certificate is to be asked for.
func (a *ACME) order(ctx context.Context, domain string) (finalize string, err error) {
	var errs []error
	for _, way := range a.challenges.ways() {
		// A failed check ends an order: each way needs its own.
		order, err := a.client.AuthorizeOrder(ctx, acme.DomainIDs(domain))
		if err != nil {
			return "", errors.Join(append(errs, fmt.Errorf("cannot order: %w", err))...)
		}
		if err = a.authorize(ctx, order, domain, way); err == nil {
			order, err = a.client.WaitOrder(ctx, order.URI)
		}
		if err == nil {
			return order.FinalizeURL, nil
		}
		errs = append(errs, fmt.Errorf("cannot pass %s: %w", way, err))
	}
	return "", errors.Join(errs...)
}

// authorize answers the order's challenges of one way; those already passed for
// an earlier order are not asked again.
func (a *ACME) authorize(ctx context.Context, order *acme.Order, domain, way string) error {
	for _, url := range order.AuthzURLs {
		authz, err := a.client.GetAuthorization(ctx, url)
		if err != nil {
			return err
		}
		if authz.Status != acme.StatusPending {
			continue
		}
		var challenge *acme.Challenge
		for _, c := range authz.Challenges {
			if c.Type == way {
				challenge = c
			}
		}
		if challenge == nil {
			return errors.New("not offered by the authority")
		}
		withdraw, err := a.challenges.offer(a.client, domain, challenge)
		if err != nil {
			return err
		}
		_, err = a.client.Accept(ctx, challenge)
		if err == nil {
			_, err = a.client.WaitAuthorization(ctx, authz.URI)
		}
		withdraw()
		if err != nil {
			return err
		}
	}
	return nil
}
