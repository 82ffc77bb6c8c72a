package record

import "time"

// Record is what every kind of record can tell about itself.
type Record interface {
	// Header is the record's identity and bookkeeping; it can be changed through it.
	Header() *Meta
	// Kind names the sort of record.
	Kind() Kind
	// Validate checks the record by itself and puts values into their stored form
	// (a MAC with colons, an address without stray blanks). The error is Problems.
	Validate() error
	// Unique lists the values no second record may have.
	Unique() []Unique
	// References lists the records this one needs.
	References() []Reference
	// Clone is a deep copy.
	Clone() Record
}

// Meta is the part all records share.
type Meta struct {
	ID        ID        `json:"id" api:"readonly" doc:"Identifier; opaque."`
	Account   ID        `json:"account,omitzero" api:"readonly" doc:"The account the record belongs to."`
	CreatedAt time.Time `json:"created_at" api:"readonly" doc:"When the record was created (UTC)."`
	UpdatedAt time.Time `json:"updated_at" api:"readonly" doc:"When the record was last changed (UTC)."`
	Revision  uint64    `json:"revision" api:"readonly" doc:"Changes with every write; send it back in If-Match."`
}

// Header returns the shared part.
func (m *Meta) Header() *Meta { return m }

// Unique is a value only one record may have.
type Unique struct {
	// Field is the API field the value stands in.
	Field string
	// Space and Value together must be unique in the daemon. Space says what the
	// value is and, for values unique within something, names that something.
	Space, Value string
}

// Reference is one record needing another.
type Reference struct {
	// Field is the API field the reference stands in ("lines[0].credential").
	Field string
	// Kind is what the identifier must name.
	Kind Kind
	// ID is never empty.
	ID ID
	// Owner says the referring record is part of the other and is deleted with it
	// (a credential with its list); otherwise the other cannot be deleted.
	Owner bool
}

// refs collects the references that are set.
type refs []Reference

func (r *refs) add(field string, k Kind, id ID) {
	if id != "" {
		*r = append(*r, Reference{Field: field, Kind: k, ID: id})
	}
}

func (r *refs) own(field string, k Kind, id ID) {
	if id != "" {
		*r = append(*r, Reference{Field: field, Kind: k, ID: id, Owner: true})
	}
}
