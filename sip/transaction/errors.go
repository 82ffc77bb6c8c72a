package transaction

import "errors"

var (
	// ErrTimeout is a request without a final answer for 64 times T1.
	ErrTimeout = errors.New("no answer")
	// ErrTerminated is a request that was given up.
	ErrTerminated = errors.New("transaction has ended")
	// ErrCancelled is an INVITE that cannot be answered, for a CANCEL was faster.
	ErrCancelled = errors.New("transaction was cancelled")
	// ErrExists is a request whose branch another one has.
	ErrExists = errors.New("branch is in use")
)
