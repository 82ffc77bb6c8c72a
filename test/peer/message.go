package peer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"
)

// Message is a SIP request or response (RFC 3261 section 7).
type Message struct {
	Start  string               // start line
	Header textproto.MIMEHeader // full names, canonical: Call-Id, Cseq, Via
	Body   string
}

// compact are the short header names (RFC 3261 section 7.3.3 and those
// registered later).
var compact = map[string]string{
	"A": "Accept-Contact", "B": "Referred-By", "C": "Content-Type", "D": "Request-Disposition", "E": "Content-Encoding",
	"F": "From", "I": "Call-Id", "J": "Reject-Contact", "K": "Supported", "L": "Content-Length", "M": "Contact",
	"O": "Event", "R": "Refer-To", "S": "Subject", "T": "To", "U": "Allow-Events", "V": "Via", "X": "Session-Expires",
}

// ReadMessage reads one message; its body has the length Content-Length says.
// Empty lines before it are keep-alives and passed over.
func ReadMessage(r *bufio.Reader) (Message, error) {
	tp := textproto.NewReader(r)
	var m Message
	for m.Start == "" {
		line, err := tp.ReadLine()
		if err != nil {
			return m, err
		}
		m.Start = line
	}
	raw, err := tp.ReadMIMEHeader()
	if err != nil {
		return m, fmt.Errorf("cannot read header of %q: %w", m.Start, err)
	}
	m.Header = make(textproto.MIMEHeader, len(raw))
	for name, values := range raw {
		if full, short := compact[name]; short {
			name = full
		}
		m.Header[name] = append(m.Header[name], values...)
	}
	n, err := strconv.Atoi(m.Get("Content-Length"))
	if m.Get("Content-Length") == "" {
		n, err = 0, nil
	}
	if err != nil || n < 0 {
		return m, errors.New("bad Content-Length")
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return m, fmt.Errorf("cannot read body of %q: %w", m.Start, err)
	}
	m.Body = string(body)
	return m, nil
}

// ParseMessage reads a datagram.
func ParseMessage(text string) (Message, error) {
	return ReadMessage(bufio.NewReader(strings.NewReader(text)))
}

// Get is the first value of a header, by its full name.
func (m Message) Get(name string) string { return m.Header.Get(name) }

// Method is a request's method, empty for a response.
func (m Message) Method() string {
	method, _, _ := strings.Cut(m.Start, " ")
	if method == "SIP/2.0" {
		return ""
	}
	return method
}

// Status is a response's status code, 0 for a request.
func (m Message) Status() int {
	rest, isResponse := strings.CutPrefix(m.Start, "SIP/2.0 ")
	if !isResponse {
		return 0
	}
	code, _, _ := strings.Cut(rest, " ")
	n, _ := strconv.Atoi(code)
	return n
}

// String is the start line with the event or contact, for failing tests.
func (m Message) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s", m.Start, m.Get("Event")))
}

// reply is a response to m, with further header lines.
func (m Message) reply(status int, reason string, lines ...string) string {
	to := m.Get("To")
	if !strings.Contains(to, ";tag=") {
		to += ";tag=peer"
	}
	out := []string{fmt.Sprintf("SIP/2.0 %d %s", status, reason)}
	for _, via := range m.Header["Via"] {
		out = append(out, "Via: "+via)
	}
	out = append(out, "From: "+m.Get("From"), "To: "+to, "Call-ID: "+m.Get("Call-Id"), "CSeq: "+m.Get("Cseq"))
	return join(append(out, lines...))
}

// join ends a message without a body.
func join(lines []string) string {
	return strings.Join(append(lines, "Content-Length: 0", "", ""), "\r\n")
}
