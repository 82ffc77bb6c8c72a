package netx

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strings"
)

// certSet is a set of certificates to choose from. It does not change.
type certSet struct {
	all    []*tls.Certificate            // as given
	byName map[string][]*tls.Certificate // best kind of key first; wildcards as "*.example.com"
	first  []*tls.Certificate            // those for clients that name none of them
}

func newCertSet(certs []*tls.Certificate) *certSet {
	s := &certSet{all: certs, byName: make(map[string][]*tls.Certificate)}
	for _, c := range certs {
		for _, name := range names(c.Leaf) {
			s.byName[name] = append(s.byName[name], c)
		}
	}
	for _, same := range s.byName {
		slices.SortStableFunc(same, func(a, b *tls.Certificate) int { return cmp.Compare(rank(a), rank(b)) })
	}
	if len(certs) == 0 {
		return s
	}
	s.first = certs[:1]
	if of := names(certs[0].Leaf); len(of) > 0 {
		s.first = s.byName[of[0]]
	}
	return s
}

// names are what a certificate may be asked for by, in lower case.
func names(leaf *x509.Certificate) []string {
	var all []string
	for _, name := range leaf.DNSNames {
		all = append(all, strings.ToLower(name))
	}
	for _, ip := range leaf.IPAddresses {
		all = append(all, ip.String()) // never a server name, but makes pairs for one address belong together
	}
	if len(all) == 0 && leaf.Subject.CommonName != "" {
		all = append(all, strings.ToLower(leaf.Subject.CommonName)) // what old private authorities issue
	}
	return all
}

// rank orders keys by what a handshake with them costs.
func rank(c *tls.Certificate) int {
	switch c.Leaf.PublicKeyAlgorithm {
	case x509.ECDSA:
		return 0
	case x509.RSA:
		return 2
	default:
		return 1
	}
}

// has reports whether a certificate is of the server name.
func (s *certSet) has(serverName string) bool { return len(s.named(serverName)) > 0 }

func (s *certSet) named(serverName string) []*tls.Certificate {
	name := strings.TrimSuffix(strings.ToLower(serverName), ".")
	if found := s.byName[name]; found != nil {
		return found
	}
	if _, parent, ok := strings.Cut(name, "."); ok {
		return s.byName["*."+parent]
	}
	return nil
}

// choose is the best certificate the client can use, nil when there is none at
// all. One it did not name is still better than no connection: phones that
// don't verify names need it.
func (s *certSet) choose(hello *tls.ClientHelloInfo) *tls.Certificate {
	candidates := s.named(hello.ServerName)
	if candidates == nil {
		candidates = s.first
	}
	if len(candidates) == 0 {
		return nil
	}
	anyName := *hello
	anyName.ServerName = "" // the name was looked at
	for _, c := range candidates[:len(candidates)-1] {
		if anyName.SupportsCertificate(c) == nil {
			return c
		}
	}
	return candidates[len(candidates)-1]
}

func (s *certSet) leaves() []*x509.Certificate {
	all := make([]*x509.Certificate, len(s.all))
	for i, c := range s.all {
		all[i] = c.Leaf
	}
	return all
}

func (s *certSet) expiries() []Expiry {
	all := make([]Expiry, len(s.all))
	for i, c := range s.all {
		all[i] = Expiry{
			Name: strings.Join(names(c.Leaf), ","), Kind: strings.ToLower(c.Leaf.PublicKeyAlgorithm.String()),
			NotAfter: c.Leaf.NotAfter,
		}
	}
	return all
}
