package wire

import (
	"bytes"
	"errors"
)

// Errors of NextFrame. Where the next message begins is unknown after them: the
// connection ends.
var (
	// ErrFrame: Content-Length is missing, no number, or there more than once.
	ErrFrame = errors.New("cannot tell the message's length")
	// ErrFrameTooLarge: the message is larger than MaxMessage.
	ErrFrameTooLarge = errors.New("message too large")
)

// NextFrame finds the first message, or the first keepalive, in what a connection has
// received: buf[:n]. n is 0 when it is not there as a whole. IsPing and IsBreak tell
// the keepalives of RFC 5626 3.5.1: a double CRLF is one frame of four bytes; a CRLF
// that nothing follows yet is a frame of its own, and two of these in a row are a ping
// that came in pieces.
//
// With ErrFrame, buf[:n] is the message without body, for an answer.
func NextFrame(buf []byte) (n int, err error) {
	if len(buf) > 0 && buf[0] == '\r' {
		return breaks(buf), nil
	}
	end := bytes.Index(buf, []byte("\r\n\r\n"))
	if end < 0 {
		if len(buf) >= MaxMessage {
			return 0, ErrFrameTooLarge
		}
		return 0, nil
	}
	end += 4
	length, ok := bodyLength(buf[:end])
	switch {
	case end > MaxMessage || ok && length > uint64(MaxMessage-end):
		return 0, ErrFrameTooLarge
	case !ok:
		return end, ErrFrame
	case uint64(len(buf)-end) < length:
		return 0, nil
	}
	return end + int(length), nil
}

// breaks is the length of the keepalive that buf starts with. A carriage return alone
// waits for its line feed; one without is left to Scan to refuse.
func breaks(buf []byte) int {
	switch {
	case len(buf) == 1:
		return 0
	case buf[1] != '\n':
		return 1
	case len(buf) == 3 && buf[2] == '\r':
		return 0
	case len(buf) > 3 && buf[2] == '\r' && buf[3] == '\n':
		return 4
	}
	return 2
}

// bodyLength finds Content-Length in a start line and headers, exactly as Scan does:
// what one takes for the end of a message the other must not take for its middle.
func bodyLength(b []byte) (length uint64, ok bool) {
	_, b, _, _, found := cutLine(b)
	for found {
		var line []byte
		line, b, _, _, found = cutLine(b)
		if len(line) == 0 {
			break
		}
		name, value, header := cutHeader(line)
		if !header || headerNamed(name) != headerContentLength {
			continue
		}
		if ok {
			return 0, false
		}
		if length, ok = Uint(value, 1<<62); !ok {
			return 0, false
		}
	}
	return length, ok
}

// IsPing tells whether a frame or datagram is a keepalive that, on a connection, is
// answered with one CRLF (RFC 5626 3.5.1).
func IsPing(b []byte) bool { return string(b) == "\r\n\r\n" }

// IsBreak tells whether a frame is a lone CRLF: the answer to a ping of ours, an idle
// line between messages, or half a ping.
func IsBreak(b []byte) bool { return string(b) == "\r\n" }

// IsKeepalive tells whether a datagram only keeps a NAT binding open: line breaks,
// blanks or zeros. It is not answered.
func IsKeepalive(b []byte) bool {
	for _, c := range b {
		if c != '\r' && c != '\n' && c != ' ' && c != 0 {
			return false
		}
	}
	return true
}
