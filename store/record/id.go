package record

import (
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// ID names one record: the kind's prefix, an underscore, and 26 lower-case
// characters that sort by creation time (ULID). Outside code treats it as opaque.
// The empty ID means "none" and is null in JSON.
type ID string

// NewID makes an identifier of kind k that sorts after those made earlier
// (to the millisecond).
func NewID(k Kind, now time.Time) ID {
	u := ulid.MustNew(ulid.Timestamp(now), rand.Reader)
	return ID(k.Prefix() + "_" + strings.ToLower(u.String()))
}

// Kind is the kind an ID's prefix names, or "" for a malformed one.
func (id ID) Kind() Kind {
	prefix, rest, ok := strings.Cut(string(id), "_")
	if !ok || len(rest) != ulid.EncodedSize {
		return ""
	}
	for k, p := range prefixes {
		if p == prefix {
			return k
		}
	}
	return ""
}

// MarshalJSON writes the identifier, null when there is none.
func (id ID) MarshalJSON() ([]byte, error) {
	if id == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(id))
}

// UnmarshalJSON reads a string; null is no identifier.
func (id *ID) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*id = ""
	if s != nil {
		*id = ID(*s)
	}
	return nil
}
