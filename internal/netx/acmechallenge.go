package netx

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"golang.org/x/crypto/acme"
)

// The ways to be checked.
const (
	wayHTTP = "http-01"     // RFC 8555 section 8.3
	wayTLS  = "tls-alpn-01" // RFC 8737
)

// challengePath is where an authority asks over HTTP.
const challengePath = "/.well-known/acme-challenge/"

// challenges are the answers to checks under way.
type challenges struct {
	mu     sync.RWMutex
	http   bool                        // somebody serves HTTPHandler
	tokens map[string]string           // by path
	certs  map[string]*tls.Certificate // by domain
}

func (c *challenges) init() {
	c.tokens, c.certs = make(map[string]string), make(map[string]*tls.Certificate)
}

// ways are those to try, in this order: who opened port 80 did it for this.
func (c *challenges) ways() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.http {
		return []string{wayHTTP, wayTLS}
	}
	return []string{wayTLS}
}

// offer has the challenge answered until withdraw is called.
func (c *challenges) offer(client *acme.Client, domain string, challenge *acme.Challenge) (withdraw func(), err error) {
	if challenge.Type == wayHTTP {
		path := client.HTTP01ChallengePath(challenge.Token)
		answer, err := client.HTTP01ChallengeResponse(challenge.Token)
		if err != nil {
			return nil, fmt.Errorf("cannot make the answer: %w", err)
		}
		c.change(func() { c.tokens[path] = answer })
		return func() { c.change(func() { delete(c.tokens, path) }) }, nil
	}
	cert, err := client.TLSALPN01ChallengeCert(challenge.Token, domain)
	if err != nil {
		return nil, fmt.Errorf("cannot make the answer: %w", err)
	}
	c.change(func() { c.certs[domain] = &cert })
	return func() { c.change(func() { delete(c.certs, domain) }) }, nil
}

func (c *challenges) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// isChallenge reports whether a client is an authority that checks a domain:
// it speaks nothing else.
func isChallenge(hello *tls.ClientHelloInfo) bool {
	return len(hello.SupportedProtos) == 1 && hello.SupportedProtos[0] == acme.ALPNProto
}

func (a *ACME) challengeCertificate(domain string) (*tls.Certificate, error) {
	a.challenges.mu.RLock()
	defer a.challenges.mu.RUnlock()
	if cert := a.challenges.certs[strings.ToLower(domain)]; cert != nil {
		return cert, nil
	}
	return nil, fmt.Errorf("no check of %q is under way", domain)
}

// HTTPHandler answers an authority's checks, for a listener the world sees on
// port 80; all other requests go to next, nil for 404. Make it before Run: from
// then on checks over HTTP are tried first.
func (a *ACME) HTTPHandler(next http.Handler) http.Handler {
	if next == nil {
		next = http.NotFoundHandler()
	}
	a.challenges.change(func() { a.challenges.http = true })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, challengePath) {
			next.ServeHTTP(w, r)
			return
		}
		a.challenges.mu.RLock()
		answer, ok := a.challenges.tokens[r.URL.Path]
		a.challenges.mu.RUnlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write([]byte(answer)) // the authority asks again
	})
}
