package sdp

import (
	"errors"
	"fmt"
)

// Why Parse refuses a description.
var (
	ErrTooLarge          = errors.New("description too large")
	ErrVersion           = errors.New("no v=0 at the start")
	ErrLine              = errors.New("not a line of SDP")
	ErrLineTooLong       = errors.New("line too long")
	ErrControl           = errors.New("control character")
	ErrOrigin            = errors.New("invalid origin")
	ErrConnection        = errors.New("invalid connection address")
	ErrMedia             = errors.New("invalid media line")
	ErrPort              = errors.New("invalid port")
	ErrFormats           = errors.New("no usable format")
	ErrTooManyMedia      = errors.New("too many media lines")
	ErrTooManyFormats    = errors.New("too many formats")
	ErrTooManyAttributes = errors.New("too many attributes")
)

// Error is a refusal by Parse. It wraps one of the errors above.
type Error struct {
	Line int // counted from 1; 0 when the whole body is meant
	Err  error
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return "cannot parse session description: " + e.Err.Error()
	}
	return fmt.Sprintf("cannot parse session description: line %d: %v", e.Line, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }
