package wire

import (
	"net/netip"
	"testing"
)

var addresses = []string{
	"192.0.2.1", "0.0.0.0", "255.255.255.255", "256.0.0.1", "01.2.3.4", "1.2.3", "1.2.3.4.5", "1..2.3", "1.2.3.", ".1.2.3", "1.2.3.4x", "0001.2.3.4",
	"::", "::1", "1::", "2001:db8::1", "2001:db8:0:0:0:0:0:1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7::",
	"::2:3:4:5:6:7:8", "1::2::3", "1:::2", ":1", "1:", ":::", "12345::", "g::", "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:7:192.0.2.1",
	"::192.0.2.256", "::192.0.2.1:1", "192.0.2.1::", "fe80::1%eth0", "[::1]", "[::1", "", "x", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
}

func checkAddr(t *testing.T, text string) {
	t.Helper()
	got, ok := parseAddr([]byte(text))
	bare := text
	if len(text) > 1 && text[0] == '[' && text[len(text)-1] == ']' {
		bare = text[1 : len(text)-1]
	}
	want, err := netip.ParseAddr(bare)
	wanted := err == nil && want.Zone() == "" && (bare == text || want.Is6())
	if ok != wanted || ok && got != want {
		t.Errorf("parseAddr(%q) = %v, %t; want %v, %t", text, got, ok, want, wanted)
	}
}

// TestParseAddr: addresses are read as the library reads them.
func TestParseAddr(t *testing.T) {
	for _, text := range addresses {
		checkAddr(t, text)
	}
}

func FuzzAddr(f *testing.F) {
	for _, text := range addresses {
		f.Add(text)
	}
	f.Fuzz(checkAddr)
}
