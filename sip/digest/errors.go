package digest

import "errors"

// What is wrong with credentials or a challenge that cannot be read.
var (
	ErrScheme    = errors.New("not the Digest scheme")
	ErrSyntax    = errors.New("malformed parameter")
	ErrDuplicate = errors.New("parameter given twice")
	ErrMissing   = errors.New("required parameter missing")
	ErrTooLong   = errors.New("longer than its limit")
	ErrNC        = errors.New("nc is not eight hexadecimal digits above zero")
)

// Why well-formed credentials are refused. Outside they all look alike: a fresh
// challenge; the difference is for logs and for the administrator.
var (
	ErrAlgorithm = errors.New("algorithm not offered")
	ErrQOP       = errors.New("qop not offered")
	ErrRealm     = errors.New("another realm")
	ErrURI       = errors.New("digest uri is not the request's")
	ErrResponse  = errors.New("wrong response")
)
