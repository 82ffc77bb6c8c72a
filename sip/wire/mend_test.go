package wire

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// help is a call for help.
const help = "INVITE sip:911@example.com SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK7;rport\r\n" +
	"From: \"Alice\" <sip:alice@example.com>;tag=17\r\n" +
	"To: <sip:911@example.com>\r\n" +
	"Call-ID: 17@192.0.2.10\r\n" +
	"CSeq: 2 INVITE\r\n" +
	"Contact: <sip:alice@192.0.2.10:5060>\r\n" +
	"Max-Forwards: 70\r\n" +
	"Content-Type: application/sdp\r\n" +
	"Content-Length: 5\r\n\r\nv=0\r\n"

// TestMend: what is wrong with a header costs the header.
func TestMend(t *testing.T) {
	for _, tt := range []struct {
		name, old, with string
		gone            string // which header is; empty for none
	}{
		{"header without colon", "Max-Forwards: 70", "Max-Forwards: 70\r\nrubbish", ""},
		{"header without name", "Max-Forwards: 70", "Max-Forwards: 70\r\n: x", ""},
		{"control character", "Max-Forwards: 70", "Max-Forwards: 70\r\nX: \x01", ""},
		{"Max-Forwards of letters", "Max-Forwards: 70", "Max-Forwards: x", "Max-Forwards"},
		{"Max-Forwards twice", "Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Forwards: 69", ""},
		{"two From", "To:", "From: <sip:b@h>;tag=2\r\nTo:", ""},
		{"bad Contact", "Contact: <sip:alice@192.0.2.10:5060>", "Contact: <sip:alice@192.0.2.10:99999>", "Contact"},
		{"two Contacts", "Max-Forwards:", "Contact: <sip:b@h>\r\nMax-Forwards:", ""},
		{"long header", "Max-Forwards:", "X: " + strings.Repeat("x", MaxLine) + "\r\nMax-Forwards:", ""},
		{"many headers", "Max-Forwards:", strings.Repeat("X: y\r\n", MaxHeaders) + "Max-Forwards:", ""},
		{"body too short", "Content-Length: 5", "Content-Length: 500", ""},
		{"body too long", "Content-Length: 5\r\n\r\nv=0\r\n", "Content-Length: 5\r\n\r\nv=0\r\nmore", ""},
		{"Content-Length of letters", "Content-Length: 5", "Content-Length: x", ""},
		{"folded", "Contact: ", "Contact:\r\n ", ""},
		{"line feeds alone", "\r\n", "\n", ""},
		{"nothing is wrong", "INVITE", "INVITE", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			message := strings.Replace(help, tt.old, tt.with, 1)
			if tt.old == "\r\n" {
				message = strings.ReplaceAll(strings.TrimSuffix(help, "\r\n"), "\r\n", "\n") + "\r\n"
			}
			want := help
			if tt.gone != "" {
				at := strings.Index(help, tt.gone+":")
				want = help[:at] + help[at+strings.Index(help[at:], "\n")+1:]
			}
			got := Mend([]byte(message))
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			var m Message
			if err := Scan(got, &m); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestMendInventsNothing: what an answer needs must be there.
func TestMendInventsNothing(t *testing.T) {
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		var m Message
		err := Scan(Mend([]byte(strings.Replace(help, name+":", "X-"+name+":", 1))), &m)
		if !errors.Is(err, ErrMissing) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func FuzzMend(f *testing.F) {
	f.Add([]byte(help))
	for _, tt := range edits {
		f.Add([]byte(strings.Replace(register, tt.old, tt.with, 1)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m Message
		err := Scan(b, &m)
		sound := err == nil && m.Request && len(b) < MaxMessage/2
		once := Mend(b)
		err = Scan(once, &m)
		switch twice := Mend(once); {
		case err != nil && sound:
			t.Fatalf("sound before, now %v:\n%q", err, once)
		case err == nil && m.Request && !bytes.Equal(once, twice):
			t.Fatalf("mended\n%q\nand again\n%q", once, twice)
		}
	})
}
