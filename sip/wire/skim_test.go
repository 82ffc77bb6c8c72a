package wire

import (
	"strings"
	"testing"
)

// TestSkim: what is usual is read as Scan reads it, what is not is left to Scan.
func TestSkim(t *testing.T) {
	var scanned Message
	if err := Scan([]byte(register), &scanned); err != nil {
		t.Fatal(err)
	}
	var m Message
	if !Skim([]byte(register), &m) {
		t.Fatal("a phone's REGISTER is not skimmed")
	}
	checkSkimmed(t, []byte(register), &scanned, nil)
	if len(m.Authorization) != len(scanned.Authorization) || len(scanned.Authorization) == 0 {
		t.Errorf("%d values of Authorization, want %d", len(m.Authorization), len(scanned.Authorization))
	}
	for _, tt := range []struct{ name, old, with string }{
		{"a response", "REGISTER sip:", "SIP/2.0 200 "},
		{"ACK", "REGISTER", "ACK"},
		{"another version", " SIP/2.0\r\n", " SIP/3.0\r\n"},
		{"a folded header", ";tag=", "\r\n ;tag="},
		{"a bare line feed", "\r\nCall-ID", "\nCall-ID"},
		{"a control character in what is repeated", "Call-ID: ", "Call-ID: \x00"},
		{"no Call-ID", "Call-ID", "X-ID"},
		{"two Call-IDs", "Call-ID: ", "Call-ID: 1\r\nCall-ID: "},
		{"a broken Via", "Via: SIP/2.0/", "Via: SIP/"},
		{"another method in CSeq", " REGISTER\r\n", " INVITE\r\n"},
		{"no end", "\r\n\r\n", "\r\n"},
	} {
		b := strings.Replace(register, tt.old, tt.with, 1)
		if tt.name == "ACK" {
			b = strings.ReplaceAll(register, tt.old, tt.with)
		}
		if b == register {
			t.Fatalf("%s: nothing is changed", tt.name)
		}
		if Skim([]byte(b), &m) {
			t.Errorf("%s is skimmed", tt.name)
		}
	}
}
