package dialog

import "errors"

var (
	// ErrEnded: the leg is over.
	ErrEnded = errors.New("the leg has ended")
	// ErrState: the leg is not where this can be done.
	ErrState = errors.New("not possible in this state of the leg")
	// ErrAnswered: the request has its final response, or was cancelled.
	ErrAnswered = errors.New("already answered")
	// ErrPending: another offer waits.
	ErrPending = errors.New("another offer is waiting")
	// ErrStatus: a status that does not belong here.
	ErrStatus = errors.New("wrong status")
	// ErrClosed: the endpoint takes no more.
	ErrClosed = errors.New("the endpoint is closed")
	// ErrTooMany: MaxLegs is reached.
	ErrTooMany = errors.New("too many legs")
	// ErrTimeout: no final response came in time.
	ErrTimeout = errors.New("no response in time")
	// ErrUnreachable: the request could not be sent.
	ErrUnreachable = errors.New("cannot be reached")
	// ErrURI: not a URI that can be used here.
	ErrURI = errors.New("not a usable URI")
)
