package netx

import "testing"

// SelfSigned is a certificate for tests of other packages' servers.
func SelfSigned(t testing.TB, name string) *Certificate {
	t.Helper()
	return load(t, newAuthority(t, "a").issueFiles(t, keyECDSA, name))
}
