package trunk

import "errors"

// errPassword says that what a trunk authenticates with cannot be opened.
var errPassword = errors.New("the password cannot be opened")

// Errors of the package.
var (
	// ErrUnknown says there is no such provider account.
	ErrUnknown = errors.New("no such provider account")
	// ErrNoAddress says that no address of a host could be found.
	ErrNoAddress = errors.New("no address found")
	// ErrChannels says that the trunk has as many calls as it takes.
	ErrChannels = errors.New("every channel of the trunk is taken")
	// ErrRate says that too many calls have begun in this second.
	ErrRate = errors.New("too many calls a second for the trunk")
)
