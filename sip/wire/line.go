package wire

import (
	"encoding/binary"
	"math/bits"
)

// Oddity tells in which ways a legal message is unusual. Most are for code that is
// less careful than this package to know: nothing here reads an odd message wrong.
type Oddity uint8

// The oddities.
const (
	// OddFolded: a header goes on in a second line. Values have its line breaks in
	// them until Unfold has been at the message.
	OddFolded Oddity = 1 << iota
	// OddControl: a control character, escaped with a backslash in a quoted string.
	OddControl
	// OddVia: the top Via has blanks where nobody writes them.
	OddVia
	// OddNoTag: From has no tag, as RFC 2543 allowed.
	OddNoTag
	// OddBranch: the top Via's branch does not identify the transaction (RFC 2543).
	OddBranch
)

// cutLine cuts the line b starts with, folded continuations included, from what
// follows its line break. found is false when no line break ends it. control: there
// is a control character that is not part of folding.
func cutLine(b []byte) (line, rest []byte, folded, control, found bool) {
	for i := 0; ; i++ {
		n := indexControl(b[i:])
		if n < 0 {
			return nil, nil, folded, control, false
		}
		i += n
		switch {
		case b[i] == '\t':
		case b[i] != '\r' || i+1 == len(b) || b[i+1] != '\n':
			control = true
		case i > 0 && i+2 < len(b) && isBlank(b[i+2]):
			folded = true
			i += 2
		default:
			return b[:i:i], b[i+2:], folded, control, true
		}
	}
}

// Unfold replaces the line breaks inside folded headers with blanks, which mean the
// same (RFC 3261 7.3.1). The message keeps its length and has to be scanned again.
func Unfold(message []byte) {
	_, b, _, _, found := cutLine(skipBreaks(message))
	for found {
		var line []byte
		var folded bool
		line, b, folded, _, found = cutLine(b)
		if len(line) == 0 {
			return
		}
		for i := 0; folded && i+1 < len(line); i++ {
			if line[i] == '\r' && line[i+1] == '\n' {
				line[i], line[i+1] = ' ', ' '
			}
		}
	}
}

// indexControl finds the first control character, tab and line breaks included.
func indexControl(b []byte) int {
	const (
		ones = 0x0101010101010101
		high = 0x80 * ones
	)
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		del := x ^ 0x7f*ones
		found := ((x-0x20*ones)&^x | (del-ones)&^del) & high
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(b); i++ {
		if b[i] < ' ' || b[i] == 0x7f {
			return i
		}
	}
	return -1
}

// escapedOnly tells whether every control character of a line, apart from tabs and
// folding, is a quoted pair in a quoted string (RFC 3261 25.1). Line breaks never are.
func escapedOnly(line []byte) bool {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
			if i == len(line) || line[i] == '\r' || line[i] == '\n' {
				return false
			}
		case c == '\r' && i+2 < len(line) && line[i+1] == '\n' && isBlank(line[i+2]):
			i += 2
		case c != '\t' && (c < ' ' || c == 0x7f):
			return false
		}
	}
	return true
}

// cutHeader cuts a header's name from its value.
func cutHeader(line []byte) (name, value []byte, ok bool) {
	n := 0
	for n < len(line) && isToken(line[n]) {
		n++
	}
	colon := n
	for colon < len(line) && isBlank(line[colon]) {
		colon++
	}
	if n == 0 || colon == len(line) || line[colon] != ':' {
		return nil, nil, false
	}
	return line[:n:n], trimLWS(line[colon+1:]), true
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
