// Package peer drives the other side of tests: baresip as Debian ships it, and
// a small SIP phone of our own that does exactly what it is told. Neither uses
// the daemon's code. A peer that is not installed fails the test, it never
// skips it.
package peer
