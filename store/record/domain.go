package record

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Digest algorithms a domain may offer (RFC 8760).
const (
	AlgorithmMD5    = "MD5"
	AlgorithmSHA256 = "SHA-256"
)

// Domain is a SIP domain: the realm phones register in.
type Domain struct {
	Meta
	Domain           string   `json:"domain" api:"create" doc:"Host name or IP address, unique in the daemon."`
	ProviderAccount  ID       `json:"provider_account" doc:"Provider account on whose page the domain stands."`
	DigestAlgorithms []string `json:"digest_algorithms" doc:"Digest algorithms offered, MD5 and SHA-256; MD5 alone by default."`
}

// NewDomain offers MD5 only: clients in the field give up on what they don't know.
func NewDomain() *Domain { return &Domain{DigestAlgorithms: []string{AlgorithmMD5}} }

// Kind names SIP domains.
func (d *Domain) Kind() Kind { return KindDomain }

// Unique is the domain name.
func (d *Domain) Unique() []Unique {
	return []Unique{{Field: "domain", Space: "domain", Value: d.Domain}}
}

// References is the provider account.
func (d *Domain) References() []Reference {
	var r refs
	r.add("provider_account", KindProviderAccount, d.ProviderAccount)
	return r
}

// Clone is a deep copy.
func (d *Domain) Clone() Record { return deepCopy(d) }

var hostPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// Validate checks the domain alone.
func (d *Domain) Validate() error {
	var p Problems
	d.Domain = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(d.Domain)), ".")
	switch addr, err := netip.ParseAddr(strings.Trim(d.Domain, "[]")); {
	case d.Domain == "":
		p.Add("domain", CodeRequired, "must not be empty")
	case err == nil:
		d.Domain = addr.WithZone("").String()
	case len(d.Domain) > 253 || !hostPattern.MatchString(d.Domain):
		p.Add("domain", CodeInvalid, "must be a host name such as sip.example.com or an IP address")
	}
	if len(d.DigestAlgorithms) == 0 {
		p.Add("digest_algorithms", CodeRequired, "must name MD5, SHA-256 or both")
	}
	for i, alg := range d.DigestAlgorithms {
		p.oneOf(index("digest_algorithms", i), alg, AlgorithmMD5, AlgorithmSHA256)
		if slices.Contains(d.DigestAlgorithms[:i], alg) {
			p.Add(index("digest_algorithms", i), CodeDuplicate, "is in the list already")
		}
	}
	return p.Err()
}
