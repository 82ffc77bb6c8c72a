package netx

import (
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/acme"
)

// After a failure a name waits acmeFirstRetry, then twice as long each time up
// to acmeMaxRetry: public authorities allow five failed checks an hour.
const (
	acmeFirstRetry = 5 * time.Minute
	acmeMaxRetry   = 6 * time.Hour
	acmeTimeout    = 5 * time.Minute // for one certificate
)

// ACMEConfig says what to ask an ACME authority (RFC 8555) for.
type ACMEConfig struct {
	Dir       string   // keeps the account's key and the certificates with theirs; made with mode 0700
	Domains   []string // only these are ever asked for, no wildcards; the first one serves clients that name none
	Email     string   // the account's contact; may be empty
	Directory string   // URL; "" = Let's Encrypt
	// Client speaks to the authority; nil = one with time limits.
	Client *http.Client
	Log    *slog.Logger // nil = no log
}

// ACME gets certificates from an ACME authority and renews them: for each
// domain one with an ECDSA and one with an RSA key. A handshake never waits for
// the authority: it is served what is there. Use of it accepts the authority's
// terms.
//
// The authority checks each domain over HTTP on port 80 ([ACME.HTTPHandler]), if
// that is used, else or if that fails over TLS on port 443 (RFC 8737), which a
// listener with this ACME answers.
type ACME struct {
	config     ACMEConfig
	client     *acme.Client // its key is set and its account known once Run has registered
	names      []*acmeName
	current    atomic.Pointer[certSet]
	challenges challenges

	issued, failed atomic.Int64
}

// acmeName is one domain. Only Run touches it.
type acmeName struct {
	domain   string
	certs    []*tls.Certificate // of the kinds we have
	failures int
	retry    time.Time // not before
}

// domainName is a name of at least two labels in its ASCII form.
var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// NewACME reads what is kept in the folder. Nothing is asked for before Run.
func NewACME(config ACMEConfig) (*ACME, error) {
	if len(config.Domains) == 0 {
		return nil, errors.New("cannot use ACME without a domain")
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Client == nil {
		config.Client = &http.Client{Timeout: 30 * time.Second}
	}
	if config.Directory == "" {
		config.Directory = acme.LetsEncryptURL
	}
	a := &ACME{config: config}
	a.challenges.init()
	dir := acmeDir(config.Dir)
	if err := dir.make(); err != nil {
		return nil, err
	}
	for _, domain := range config.Domains {
		domain = canonical(domain)
		if _, err := netip.ParseAddr(domain); err == nil || !domainName.MatchString(domain) || len(domain) > 253 {
			return nil, fmt.Errorf("cannot get a certificate for %q: not a domain name", domain)
		}
		if slices.ContainsFunc(a.names, func(n *acmeName) bool { return n.domain == domain }) {
			continue
		}
		a.names = append(a.names, &acmeName{domain: domain, certs: dir.certificates(domain)})
	}
	a.publish()
	return a, nil
}

func canonical(domain string) string { return strings.ToLower(strings.TrimSuffix(domain, ".")) }

// KeptCertificates are those an ACME has kept in its folder for the domains, for whom
// has to know them and does not serve them.
func KeptCertificates(folder string, domains ...string) (all []*x509.Certificate) {
	for _, d := range domains {
		for _, cert := range acmeDir(folder).certificates(canonical(d)) {
			all = append(all, cert.Leaf)
		}
	}
	return all
}

// publish lets handshakes see the certificates there are.
func (a *ACME) publish() {
	var all []*tls.Certificate
	for _, n := range a.names {
		all = append(all, n.certs...)
	}
	a.current.Store(newCertSet(all))
}

// GetCertificate chooses a certificate for a client; see tls.Config.
func (a *ACME) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if isChallenge(hello) {
		return a.challengeCertificate(hello.ServerName)
	}
	if cert := a.current.Load().choose(hello); cert != nil {
		return cert, nil
	}
	return nil, errNoCertificate
}

// Expiries says until when each certificate there is is valid.
func (a *ACME) Expiries() []Expiry { return a.current.Load().expiries() }

// ACMEStats are counters, for metrics.
type ACMEStats struct {
	Issued int64 // certificates received
	Failed int64 // attempts that failed
}

// Stats reads the counters.
func (a *ACME) Stats() ACMEStats { return ACMEStats{Issued: a.issued.Load(), Failed: a.failed.Load()} }

// Run gets what is missing and renews what has used up two thirds of its life,
// until ctx ends. The listeners should be serving by then: the authority comes
// to see them.
func (a *ACME) Run(ctx context.Context) {
	for {
		next := time.Now().Add(acmeMaxRetry)
		for _, n := range a.names {
			if due := n.due(); due.After(time.Now()) {
				next = earlier(next, due)
				continue
			}
			a.renew(ctx, n)
			next = earlier(next, n.due())
		}
		t := time.NewTimer(time.Until(next))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}

// due is when the name needs something next.
func (n *acmeName) due() time.Time {
	due := time.Now()
	if len(n.certs) == len(keyKinds()) {
		due = renewal(n.certs[0])
		for _, c := range n.certs[1:] {
			due = earlier(due, renewal(c))
		}
	}
	if n.retry.After(due) {
		return n.retry
	}
	return due
}

// renewal is when two thirds of a certificate's life are over.
func renewal(c *tls.Certificate) time.Time {
	return c.Leaf.NotBefore.Add(c.Leaf.NotAfter.Sub(c.Leaf.NotBefore) * 2 / 3)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// renew gets the name's certificates that are missing or due. The first failure
// ends it: the second kind would only use up one more attempt.
func (a *ACME) renew(ctx context.Context, n *acmeName) {
	ctx, cancel := context.WithTimeout(ctx, acmeTimeout)
	defer cancel()
	for _, kind := range keyKinds() {
		i := slices.IndexFunc(n.certs, func(c *tls.Certificate) bool { return kindOf(c) == kind })
		if i >= 0 && renewal(n.certs[i]).After(time.Now()) {
			continue
		}
		cert, err := a.obtain(ctx, n.domain, kind)
		if err != nil {
			a.postpone(n, err)
			return
		}
		if i >= 0 {
			n.certs[i] = cert
		} else {
			n.certs = append(n.certs, cert)
		}
		a.issued.Add(1)
		a.config.Log.Info("certificate received", "domain", n.domain, "kind", kind, "not_after", cert.Leaf.NotAfter)
		a.publish()
	}
	n.failures, n.retry = 0, time.Time{}
}

func (a *ACME) postpone(n *acmeName, err error) {
	a.failed.Add(1)
	pause := min(acmeFirstRetry<<min(n.failures, 16), acmeMaxRetry)
	if wanted, limited := acme.RateLimit(err); limited {
		pause = max(pause, wanted)
	}
	n.failures++
	n.retry = time.Now().Add(pause)
	a.config.Log.Error("cannot get a certificate", "domain", n.domain, "failures", n.failures, "retry", pause, "err", err)
}

func kindOf(c *tls.Certificate) keyKind {
	if _, ok := c.PrivateKey.(*ecdsa.PrivateKey); ok {
		return keyECDSA
	}
	return keyRSA
}
