package peer

import (
	"bufio"
	"io"
	"strings"
)

// Traced is a SIP message baresip received or sent.
type Traced struct {
	Message
	Source, Destination string // host:port
}

// baresip's SIP trace: the marks around a message, on the lines of its output.
const (
	traceBegin = "\x1b[36;1m#"
	traceEnd   = "\x1b[;m"
)

// readTrace takes the SIP messages out of baresip's output and gives the rest,
// a line at a time, to other.
func readTrace(r io.Reader, messages *Record[Traced], other func(line string)) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxNetstring)
	var inside bool
	var lines []string
	for in.Scan() {
		line := strings.TrimSuffix(in.Text(), "\r")
		switch {
		case strings.HasSuffix(line, traceBegin):
			inside, lines = true, nil
		case inside && strings.HasPrefix(line, traceEnd):
			inside = false
			if m, ok := parseTraced(lines); ok {
				messages.add(m)
			}
		case inside:
			lines = append(lines, line)
		default:
			other(line)
		}
	}
	_, _ = io.Copy(io.Discard, r) // a line too long must not stop baresip
}

// parseTraced reads "UDP source -> destination" and the message after it.
func parseTraced(lines []string) (m Traced, ok bool) {
	if len(lines) < 2 {
		return m, false
	}
	f := strings.Fields(lines[0])
	if len(f) != 4 || f[2] != "->" {
		return m, false
	}
	text := strings.Join(lines[1:], "\r\n") + "\r\n"
	msg, err := ParseMessage(text)
	return Traced{msg, f[1], f[3]}, err == nil
}
