package record

import "slices"

// Scopes of API keys.
const (
	ScopeRead    = "read"
	ScopeWrite   = "write"
	ScopeSecrets = "secrets"
	ScopeManage  = "manage"
)

// APIKey lets a program use the API. A key without an account is the platform's
// and may do everything.
type APIKey struct {
	Meta
	Name   string      `json:"name" doc:"What the key is for."`
	Scopes []string    `json:"scopes" api:"create" doc:"read, write, secrets, manage."`
	Digest TokenDigest `json:"-" cbor:"digest"`
}

// NewAPIKey may read.
func NewAPIKey() *APIKey { return &APIKey{Scopes: []string{ScopeRead}} }

// Kind names API keys.
func (k *APIKey) Kind() Kind { return KindAPIKey }

// Unique is the key itself.
func (k *APIKey) Unique() []Unique {
	return []Unique{{Field: "key", Space: "api_key", Value: string(k.Digest[:])}}
}

// References is empty.
func (k *APIKey) References() []Reference { return nil }

// Clone is a deep copy.
func (k *APIKey) Clone() Record { return deepCopy(k) }

// Allows says whether the key has the scope.
func (k *APIKey) Allows(scope string) bool { return slices.Contains(k.Scopes, scope) }

// Validate checks the key alone.
func (k *APIKey) Validate() error {
	var p Problems
	p.required("name", &k.Name, MaxName)
	if len(k.Scopes) == 0 {
		p.Add("scopes", CodeRequired, "must name at least one scope")
	}
	for i, s := range k.Scopes {
		p.oneOf(index("scopes", i), s, ScopeRead, ScopeWrite, ScopeSecrets, ScopeManage)
		if slices.Contains(k.Scopes[:i], s) {
			p.Add(index("scopes", i), CodeDuplicate, "is in the list already")
		}
	}
	return p.Err()
}
