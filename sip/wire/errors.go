package wire

// Error is why a message cannot be taken, and the answer it deserves if it can be
// answered at all (see Message.Answerable).
type Error struct {
	Status int    // SIP status code
	Reason string // reason phrase
}

func (e *Error) Error() string { return e.Reason }

// What Scan finds wrong with a message.
var (
	ErrStartLine      = &Error{400, "Invalid Request-Line"}
	ErrVersion        = &Error{505, "Version Not Supported"}
	ErrRequestURI     = &Error{400, "Invalid Request-URI"}
	ErrURIScheme      = &Error{416, "Unsupported URI Scheme"}
	ErrURITooLong     = &Error{414, "Request-URI Too Long"}
	ErrTooLarge       = &Error{513, "Message Too Large"}
	ErrHeader         = &Error{400, "Invalid Header Line"}
	ErrHeaderTooLong  = &Error{400, "Header Too Long"}
	ErrTooManyHeaders = &Error{400, "Too Many Headers"}
	ErrControl        = &Error{400, "Control Character in Header"}
	ErrUnterminated   = &Error{400, "Headers Not Terminated"}
	ErrDuplicate      = &Error{400, "Duplicate Header"}
	ErrMissing        = &Error{400, "Missing Header"}
	ErrVia            = &Error{400, "Invalid Via"}
	ErrBranch         = &Error{400, "Invalid Branch"}
	ErrFrom           = &Error{400, "Invalid From"}
	ErrTo             = &Error{400, "Invalid To"}
	ErrCallID         = &Error{400, "Invalid Call-ID"}
	ErrCSeq           = &Error{400, "Invalid CSeq"}
	ErrCSeqMethod     = &Error{400, "CSeq Method Mismatch"}
	ErrContact        = &Error{400, "Invalid Contact"}
	ErrMaxForwards    = &Error{400, "Invalid Max-Forwards"}
	ErrContentLength  = &Error{400, "Invalid Content-Length"}
	ErrTruncated      = &Error{400, "Body Shorter Than Content-Length"}
)
