package record

import (
	"crypto/sha256"
	"time"
)

// TokenDigest is what a token is looked up by: SHA-256 of its characters. The
// token itself is never stored in the clear.
type TokenDigest [sha256.Size]byte

// DigestToken is the digest of a token.
func DigestToken(token []byte) TokenDigest { return sha256.Sum256(token) }

// Provisioning is an account's provisioning token. There is one record an
// account, made by "generate".
type Provisioning struct {
	Meta
	Digest TokenDigest `json:"-" cbor:"digest"`
	Sealed []byte      `json:"-" cbor:"sealed"`
	// Old is the token before the last rotation, while both are served.
	Old         *OldToken `json:"-" cbor:"old,omitempty"`
	GeneratedAt time.Time `json:"generated_at" api:"readonly"`
}

// OldToken is a rotated token that still works for a while.
type OldToken struct {
	Digest  TokenDigest `cbor:"digest"`
	Expires time.Time   `cbor:"expires"`
}

// Kind names provisioning tokens.
func (p *Provisioning) Kind() Kind { return KindProvisioning }

// Unique is one record an account, and each token.
func (p *Provisioning) Unique() []Unique {
	u := []Unique{
		{Field: "account", Space: "provisioning", Value: string(p.Account)},
		{Field: "token", Space: "token", Value: string(p.Digest[:])},
	}
	if p.Old != nil {
		u = append(u, Unique{Field: "token", Space: "token", Value: string(p.Old.Digest[:])})
	}
	return u
}

// References is empty.
func (p *Provisioning) References() []Reference { return nil }

// Clone is a deep copy.
func (p *Provisioning) Clone() Record { return deepCopy(p) }

// Validate has nothing to check: nobody outside writes the record.
func (p *Provisioning) Validate() error { return nil }
