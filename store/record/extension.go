package record

import "strings"

// Whether an extension can be called.
const (
	Active   = "active"
	Inactive = "inactive"
)

// Extension is a short number and where it leads.
type Extension struct {
	Meta
	Number string `json:"number" doc:"The digits, as many as the account's extension_length."`
	Target Target `json:"target" doc:"Where calls go."`
	Status string `json:"status" doc:"active or inactive."`
}

// NewExtension is an active extension.
func NewExtension() *Extension { return &Extension{Status: Active} }

// Kind names extensions.
func (e *Extension) Kind() Kind { return KindExtension }

// Unique is the number within the account.
func (e *Extension) Unique() []Unique {
	return []Unique{{Field: "number", Space: "extension/" + string(e.Account), Value: e.Number}}
}

// References is the target.
func (e *Extension) References() []Reference { return targetReferences(e) }

// Clone is a deep copy.
func (e *Extension) Clone() Record { return deepCopy(e) }

// Validate checks the extension alone; its length and reserved numbers depend on
// the account and are checked on writing.
func (e *Extension) Validate() error {
	var p Problems
	e.Number = strings.TrimSpace(e.Number)
	if n := len(e.Number); n < 3 || n > 6 || strings.Trim(e.Number, "0123456789") != "" {
		p.Add("number", CodeInvalid, "must be 3 to 6 digits")
	}
	p.oneOf("status", e.Status, Active, Inactive)
	e.Target.checkExtension("target", &p)
	return p.Err()
}
