// Package wire reads SIP from bytes without allocating: the values of headers that
// decide about a request, as slices of what was received. It is strict: what
// RFC 3261 section 25.1 does not allow is an error.
package wire
