package sip

import (
	"testing"

	"dialtone/test/peer"
)

// TestRequire: what the sender insists on and we don't know is named, all of it
// (RFC 3261 8.2.2.3).
func TestRequire(t *testing.T) {
	d := drive(t)
	for _, method := range []string{"OPTIONS", "REGISTER"} {
		t.Run(method, func(t *testing.T) {
			text := d.ask(t, d.datagram(method, 1, "Require: path, one, outbound", "Require: Two,gruu, three"), noon, "420")
			m, err := peer.ParseMessage(string(text))
			if err != nil || m.Get("Unsupported") != "one, Two, three" {
				t.Errorf("answer %q, error %v", text, err)
			}
		})
	}
}
