package sip

import "crypto/rand"

// nonceKey is a new key for each process: which nonces were used is forgotten with
// it, so its nonces must be worthless then.
func nonceKey() (key [32]byte) {
	rand.Read(key[:]) // never fails (crypto/rand)
	return key
}
