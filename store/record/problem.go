package record

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one reason a record cannot be accepted as it is.
type Problem struct {
	// Field is the API path of the value: "address.zip", "buttons[3].type".
	Field string `json:"field"`
	// Code is one of the Code constants, stable for programs.
	Code string `json:"code"`
	// Detail tells a person what is wrong and what would be right.
	Detail string `json:"detail"`
}

// Codes of problems.
const (
	CodeRequired     = "required"
	CodeInvalid      = "invalid"
	CodeTooLong      = "too_long"
	CodeTooShort     = "too_short"
	CodeTooMany      = "too_many"
	CodeOutOfRange   = "out_of_range"
	CodeUnknownField = "unknown_field"
	CodeWrongType    = "wrong_type"
	CodeReadOnly     = "read_only"
	CodeNotFound     = "not_found"
	CodeNotAvailable = "not_available"
	CodeReserved     = "reserved"
	CodeDuplicate    = "duplicate"
	CodeNotAttached  = "not_attached"
	CodeWeakPassword = "weak_password"
)

// Problems are all the reasons a record was refused. It is an error.
type Problems []Problem

// Error joins the problems in one line.
func (p Problems) Error() string {
	parts := make([]string, len(p))
	for i, q := range p {
		parts[i] = q.Field + ": " + q.Detail
	}
	return strings.Join(parts, "; ")
}

// Add appends a problem; the detail is formatted.
func (p *Problems) Add(field, code, format string, args ...any) {
	*p = append(*p, Problem{Field: field, Code: code, Detail: fmt.Sprintf(format, args...)})
}

// Err is p as an error, ordered by field; nil when there is no problem.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int { return cmp.Compare(a.Field, b.Field) })
	return p
}
