package test

import (
	"fmt"
	"strings"
	"testing"
)

// laden is a message with a body of so many bytes more, beside the description, when it
// is an INVITE.
func laden(text string, bytes int) string {
	head, description, _ := strings.Cut(text, "\r\n\r\n")
	if !strings.HasPrefix(text, "INVITE ") || description == "" {
		return text
	}
	body := "--part\r\nContent-Type: application/sdp\r\n\r\n" + description +
		"\r\n--part\r\nContent-Type: text/plain\r\nContent-Disposition: render;handling=optional\r\n\r\n" + strings.Repeat("x", bytes) + "\r\n--part--\r\n"
	var lines []string
	for line := range strings.SplitSeq(head, "\r\n") {
		switch name, _, _ := strings.Cut(line, ":"); name {
		case "Content-Type":
			line = "Content-Type: multipart/mixed;boundary=part"
		case "Content-Length":
			line = fmt.Sprintf("Content-Length: %d", len(body))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

// TestLargeEmergencyCall: an INVITE as large as a datagram can be gets through when it is
// a call for help; another one is told that it is too large.
func TestLargeEmergencyCall(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	_, phone, carrier := helpOffice(t, d)
	phone.Distort(func(text string) string { return laden(text, 60_000) })
	call := phone.Dial(t, "911")
	in := ringing(t, carrier)
	in.Answer(t)
	call.Await(t, 200)
	hearEachOther(t, call, in)
	call.Hangup(t)
	in.AwaitRequest(t, "BYE")
	if m := phone.Dial(t, "1002").Final(t); m.Status() != 513 {
		t.Errorf("another call is answered %s", m)
	}
}
