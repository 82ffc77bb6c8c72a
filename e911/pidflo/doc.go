// Package pidflo writes and reads where a caller is: the PIDF-LO an emergency INVITE
// carries (RFC 4119, RFC 5139 for civic addresses, RFC 5491 for how the two are used).
// Reading is strict about nothing but XML: what is not known is passed over. The package
// is pure.
package pidflo
