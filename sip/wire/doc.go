// Package wire reads and answers SIP on bytes, without allocating: Scan finds in a
// received message what decides about it, as slices of what was received, and
// AppendResponse writes an answer that needs no transaction. It is strict: what
// RFC 3261 section 25.1 does not allow is an error, which knows the answer it
// deserves. NextFrame cuts a stream into messages; STUN binding requests that
// phones send as keepalives (RFC 5626) are answered here too.
package wire
