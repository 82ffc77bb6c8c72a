package outbox

import "testing"

// TestOverASCII: relays are given domains they know.
func TestOverASCII(t *testing.T) {
	for mailbox, want := range map[string]string{
		"desk@example.com":           "desk@example.com",
		"desk@exämple.com":           "desk@xn--exmple-cua.com",
		"Zoë <zoë@exämple.com>":      "Zoë <zoë@xn--exmple-cua.com>",
		`"a@b"@example.com`:          `"a@b"@example.com`,
		"desk@[192.0.2.1]":           "desk@[192.0.2.1]",
		"desk@" + "xn--\x00.example": "desk@" + "xn--\x00.example",
		"nobody":                     "nobody",
	} {
		if got := overASCII(mailbox); got != want {
			t.Errorf("%q is written %q, want %q", mailbox, got, want)
		}
	}
}
