package store

import (
	"errors"
	"fmt"

	"dialtone/store/kv"
)

var (
	// ErrNotFound: no such record.
	ErrNotFound = errors.New("not found")
	// ErrStale: the record has been changed since the caller read it.
	ErrStale = errors.New("the record has changed since it was read")
	// ErrOverloaded: too many writes are waiting; try again in a moment.
	ErrOverloaded = errors.New("too many writes waiting")
	// ErrClosed: the store is closing or closed.
	ErrClosed = errors.New("store closed")
	// ErrNewerFormat: the data were written by a newer version.
	ErrNewerFormat = errors.New("data written by a newer version")
	// ErrNoSpace: the disk is full. Nothing was written; reads go on.
	ErrNoSpace = kv.ErrNoSpace
)

// Codes of conflicts.
const (
	ConflictNotUnique = "not_unique"
	ConflictInUse     = "in_use"
	ConflictReserved  = "reserved"
	ConflictLimit     = "limit_reached"
	ConflictLength    = "extension_length"
	ConflictState     = "wrong_state"
)

// Conflict is a change that clashes with other records.
type Conflict struct {
	// Field is the API field that clashes, "" when it is the record itself.
	Field string
	// Code is one of the Conflict constants.
	Code string
	// Detail tells a person what it clashes with.
	Detail string
}

// Error is the detail.
func (c *Conflict) Error() string {
	if c.Field == "" {
		return c.Detail
	}
	return c.Field + ": " + c.Detail
}

func conflict(field, code, format string, args ...any) error {
	return &Conflict{Field: field, Code: code, Detail: fmt.Sprintf(format, args...)}
}
