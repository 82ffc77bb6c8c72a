package admin

import "testing"

func TestAOR(t *testing.T) {
	for name, uri := range map[string]string{
		"alice@sip.example.com": "sip:alice@sip.example.com",
		"alice@192.0.2.1":       "sip:alice@192.0.2.1",
		"alice@2001:db8::1":     "sip:alice@[2001:db8::1]",
		"a@b@c":                 "sip:a@b@c",
	} {
		if got := aorURI(name); got != uri {
			t.Errorf("aorURI(%q) = %q, want %q", name, got, uri)
		}
		for _, filter := range []string{name, uri} {
			if got := aorName(filter); got != name {
				t.Errorf("aorName(%q) = %q, want %q", filter, got, name)
			}
		}
	}
}
