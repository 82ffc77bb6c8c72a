// Package seal keeps secrets unreadable at rest: SIP passwords, carrier credentials,
// provisioning tokens. A Box seals with AES-256-GCM under one key from a file only the
// daemon's user may read.
//
// Sealed form: version(1) nonce(12) ciphertext tag(16). The version names the layout and
// the key, so that a later key can be told from this one. Nonces are random: with one
// key, stay below 2^32 sealed texts (NIST SP 800-38D, 8.3).
//
// The context binds a sealed text to its place (record id and field): text copied to
// another record or field does not open there.
package seal
