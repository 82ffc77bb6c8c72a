package record

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds on credentials, as the hosted services of the field set them.
const (
	MaxCredentialLists    = 100  // per account
	MaxCredentialsPerList = 1000 // per list
	MaxListName           = 64
	MaxUsername           = 32
	MinPassword           = 12
	MaxPassword           = 128
	GeneratedPassword     = 24
)

// CredentialList is a set of credentials that can be attached to domains.
type CredentialList struct {
	Meta
	Name string `json:"name" doc:"Name, at most 64 characters."`
}

// NewCredentialList is an empty list.
func NewCredentialList() *CredentialList { return &CredentialList{} }

// Kind names credential lists.
func (l *CredentialList) Kind() Kind { return KindCredentialList }

// Unique is the name within the account.
func (l *CredentialList) Unique() []Unique {
	return []Unique{{Field: "name", Space: "credential_list/" + string(l.Account), Value: strings.ToLower(l.Name)}}
}

// References is empty.
func (l *CredentialList) References() []Reference { return nil }

// Clone is a deep copy.
func (l *CredentialList) Clone() Record { return deepCopy(l) }

// Validate checks the list alone.
func (l *CredentialList) Validate() error {
	var p Problems
	p.required("name", &l.Name, MaxListName)
	return p.Err()
}

// Credential is a SIP user name and its password.
type Credential struct {
	Meta
	List           ID         `json:"credential_list" api:"readonly" doc:"The list the credential is in."`
	Username       string     `json:"username" api:"create" doc:"SIP user name, at most 32 characters."`
	ExpiresAt      *time.Time `json:"expires_at" doc:"When the credential stops working; null is never."`
	Enabled        bool       `json:"enabled" doc:"Whether it may be used."`
	PasswordSealed []byte     `json:"-" cbor:"password"`
}

// NewCredential is an enabled credential.
func NewCredential() *Credential { return &Credential{Enabled: true} }

// Kind names credentials.
func (c *Credential) Kind() Kind { return KindCredential }

// Unique is the user name, ignoring case, within the list. That it is unique
// over all lists of one domain is checked on writing.
func (c *Credential) Unique() []Unique {
	return []Unique{{Field: "username", Space: "credential/" + string(c.List), Value: strings.ToLower(c.Username)}}
}

// References is the list, with which the credential is deleted.
func (c *Credential) References() []Reference {
	var r refs
	r.own("credential_list", KindCredentialList, c.List)
	return r
}

// Clone is a deep copy.
func (c *Credential) Clone() Record { return deepCopy(c) }

// Usable says whether the credential may be used at now.
func (c *Credential) Usable(now time.Time) bool { return c.Enabled && !c.Expired(now) }

// Expired says whether the credential's time is over at now.
func (c *Credential) Expired(now time.Time) bool {
	return c.ExpiresAt != nil && !now.Before(*c.ExpiresAt)
}

// Validate checks the credential alone; reserved names depend on the account and
// are checked on writing.
func (c *Credential) Validate() error {
	var p Problems
	c.Username = strings.TrimSpace(c.Username)
	switch {
	case c.Username == "":
		p.Add("username", CodeRequired, "must not be empty")
	case len(c.Username) > MaxUsername:
		p.Add("username", CodeTooLong, "must have at most %d characters", MaxUsername)
	case strings.ContainsFunc(c.Username, func(r rune) bool { return !userRune(r) }):
		p.Add("username", CodeInvalid, "may have letters a–z, digits and - _ . + only")
	}
	return p.Err()
}

// userRune is the part of RFC 3261's user that needs no escaping and that phones
// and their configuration files carry unchanged.
func userRune(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.+", r))
}

// CheckPassword tells what a person's choice of password lacks; nil when nothing.
func CheckPassword(password string) error {
	var p Problems
	hasDigit := strings.ContainsFunc(password, unicode.IsDigit)
	hasLower := strings.ContainsFunc(password, unicode.IsLower)
	hasUpper := strings.ContainsFunc(password, unicode.IsUpper)
	switch {
	case utf8.RuneCountInString(password) < MinPassword || !hasDigit || !hasLower || !hasUpper:
		p.Add("password", CodeWeakPassword, "must have at least %d characters with a digit, a lower-case and an upper-case letter", MinPassword)
	case len(password) > MaxPassword:
		p.Add("password", CodeTooLong, "must have at most %d octets", MaxPassword)
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		p.Add("password", CodeInvalid, "must not contain line breaks or control characters")
	case strings.TrimSpace(password) != password || password == "%NULL%":
		p.Add("password", CodeInvalid, "must not start or end with a blank")
	}
	return p.Err()
}
