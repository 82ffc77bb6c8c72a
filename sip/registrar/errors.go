package registrar

import "fmt"

// Error is a refusal that knows its SIP answer.
type Error struct {
	Status int    // SIP status code
	Reason string // reason phrase
	// MinExpires, in seconds, goes into the Min-Expires header of a 423.
	MinExpires int
	// RetryAfter, in seconds, goes into the Retry-After header of a 503.
	RetryAfter int
	// Cause is set when the refusal is one the administrator should see.
	Cause Cause

	err error
}

func (e *Error) Error() string {
	if e.err != nil {
		return fmt.Sprintf("cannot register: %s: %v", e.Reason, e.err)
	}
	return "cannot register: " + e.Reason
}

// Unwrap returns what is behind the refusal, if anything.
func (e *Error) Unwrap() error { return e.err }

// The refusals. [ErrIntervalTooBrief] and a failed commit carry data and are
// built for each request; compare those by Status.
var (
	// ErrWildcard: "*" with other contacts or without Expires: 0 (RFC 3261 10.3 step 6).
	ErrWildcard = &Error{Status: 400, Reason: "Invalid Wildcard Contact"}
	// ErrMalformed: an empty AOR or contact.
	ErrMalformed = &Error{Status: 400, Reason: "Invalid Registration"}
	// ErrTooLong: a field is longer than its limit.
	ErrTooLong = &Error{Status: 400, Reason: "Contact Too Long"}
	// ErrOldCSeq: the CSeq is not above that of a binding with the same Call-ID
	// (RFC 3261 10.3 steps 6 and 7). Nothing was changed.
	ErrOldCSeq = &Error{Status: 500, Reason: "CSeq Out Of Order"}
	// ErrTooManyContacts: one request carries more contacts than an AOR may have.
	ErrTooManyContacts = &Error{Status: 403, Reason: "Too Many Contacts", Cause: CauseTooManyBindings}
	// ErrReplayed: the request's credentials were used before and it is no
	// retransmission. Answer with a challenge and stale=true.
	ErrReplayed = &Error{Status: 401, Reason: "Unauthorized"}
	// ErrBusy: too many updates wait for the disk. Nothing was changed.
	ErrBusy = &Error{Status: 503, Reason: "Service Unavailable", RetryAfter: 5}
	// ErrClosed: the registrar has stopped.
	ErrClosed = &Error{Status: 503, Reason: "Service Unavailable", RetryAfter: 10}
)

// ErrIntervalTooBrief is the 423 to an expiry under the minimum.
func ErrIntervalTooBrief(minExpires int) *Error {
	return &Error{Status: 423, Reason: "Interval Too Brief", MinExpires: minExpires}
}

func errNotDurable(err error) *Error {
	return &Error{Status: 503, Reason: "Service Unavailable", RetryAfter: 5, err: err}
}
