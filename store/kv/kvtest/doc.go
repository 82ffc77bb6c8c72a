// Package kvtest is the conformance suite of the kv contract: every engine runs it.
package kvtest
