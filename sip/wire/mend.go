package wire

import (
	"bytes"
	"strconv"
)

// mended are headers Scan does not read that a mended message keeps: those that say what
// its body is.
var mended = [...]string{"Content-Type", "c", "Content-Encoding", "e", "Content-Disposition"}

// Mend makes of a request that Scan refuses, or another reader does, one that can be read:
// with the headers that are sound and that a call needs, each once, with proper line ends
// and the length its body has. Nothing is invented: a message without a From stays without.
// It is for calls for help, and as forgiving as EmergencyFirst.
func Mend(message []byte) []byte {
	line, rest := cutRoughLine(bytes.TrimLeft(message, " \t\r\n"))
	out := append(make([]byte, 0, len(message)+64), line...)
	out = append(out, "\r\n"...)
	var m Message
	m.reset()
	for len(rest) > 0 {
		line, rest = cutRoughLine(rest)
		if len(line) == 0 {
			break
		}
		line = line[:len(line):len(line)]
		for len(rest) > 0 && isBlank(rest[0]) { // folded
			var more []byte
			more, rest = cutRoughLine(rest)
			line = append(append(line, ' '), trimLWS(more)...)
		}
		if name, value, ok := m.sound(line); ok {
			out = append(append(append(out, name...), ": "...), value...)
			out = append(out, "\r\n"...)
		}
	}
	if m.contentLength >= 0 {
		rest = rest[:min(m.contentLength, len(rest))]
	}
	out = append(out, "Content-Length: "...)
	out = strconv.AppendInt(out, int64(len(rest)), 10)
	return append(append(out, "\r\n\r\n"...), rest...)
}

// sound reads a header and says whether a mended message has it.
func (m *Message) sound(line []byte) (name, value []byte, ok bool) {
	if len(line) > MaxLine || !escapedOnly(line) {
		return nil, nil, false
	}
	if name, value, ok = cutHeader(line); !ok {
		return nil, nil, false
	}
	before := *m
	h := headerNamed(name)
	switch h {
	case headerOther:
		return name, value, isMended(name)
	case headerContact:
		ok = len(m.Contacts) == 0
	}
	m.header(h, value)
	if m.fault != nil {
		*m, ok = before, false
	}
	return name, value, ok && h != headerContentLength
}

func isMended(name []byte) bool {
	for _, n := range mended {
		if EqualFold(name, n) {
			return true
		}
	}
	return false
}
