package clip

import "fmt"

// Code tells programs why a file was refused.
type Code string

// The codes.
const (
	NotAudio    Code = "not_audio"          // no sound file at all
	Unsupported Code = "unsupported_format" // a sound file of another kind
	Damaged     Code = "damaged"            // it says one thing and has another
	Empty       Code = "empty"              // no sound in it
	TooLong     Code = "too_long"           // longer than MaxLength
	TooLarge    Code = "too_large"          // more than MaxFile
)

// Error says why a file cannot be a clip, in a sentence for the person who sent it.
type Error struct {
	Code   Code
	Detail string
}

func (e *Error) Error() string { return e.Detail }

func refuse(c Code, format string, args ...any) *Error {
	return &Error{c, fmt.Sprintf(format, args...)}
}
