package record

import "strings"

// What is secret in a SIP message: the answer to a challenge (RFC 7616 section 3.4), also
// in the compact and folded forms headers may have, and the keys of SDES (RFC 4568
// section 9.1) and of ICE (RFC 8839 section 5.4). Every message of every call is looked
// at: so no regular expressions, and nothing but the separators is looked for.
const (
	digestAnswer = "response"
	mediaKey     = "inline"
	icePassword  = "a=ice-pwd"

	blanks = " \t\r\n\f"
)

// Redact is a SIP message with [Mask] for the secrets in it.
func Redact(message string) string {
	var b strings.Builder
	done, at := 0, 0 // what is written, and where to look on
	for {
		i := strings.IndexAny(message[at:], "=:")
		if i < 0 {
			break
		}
		at += i + 1
		from, end, mask := secret(message, done, at)
		if from == end {
			continue
		}
		b.WriteString(message[done:from])
		b.WriteString(mask)
		done, at = end, end
	}
	if done == 0 {
		return message
	}
	b.WriteString(message[done:])
	return b.String()
}

// secret finds what has to be masked after the separator that ends at at, of a message
// dealt with up to done. Nothing is from == end.
func secret(message string, done, at int) (from, end int, mask string) {
	before, rest := message[done:at-1], message[at:]
	switch {
	case message[at-1] == '=':
		if !endsWith(strings.TrimRight(before, blanks), digestAnswer) {
			return at, at, ""
		}
		from = len(message) - len(strings.TrimLeft(rest, blanks))
		return from, from + answerLen(message[from:]), `"` + Mask + `"`
	case endsWith(before, mediaKey):
		return at, at + upTo(rest, blanks+"|;"), Mask
	case len(before) >= len(icePassword) && strings.EqualFold(before[len(before)-len(icePassword):], icePassword) &&
		(len(before) == len(icePassword) || before[len(before)-len(icePassword)-1] == '\n'):
		return at, at + upTo(rest, "\r\n"), Mask
	}
	return at, at, ""
}

// endsWith tells whether s ends with a whole word, whatever its case.
func endsWith(s, word string) bool {
	start := len(s) - len(word)
	return start >= 0 && strings.EqualFold(s[start:], word) && (start == 0 || !isWord(s[start-1]))
}

func isWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_'
}

// answerLen is the length of a value, in quotes or not, that s starts with.
func answerLen(s string) int {
	if s != "" && s[0] == '"' {
		if end := strings.IndexByte(s[1:], '"'); end >= 0 {
			return end + 2
		}
	}
	return upTo(s, blanks+",")
}

// upTo is how much of s there is before any of the characters.
func upTo(s, any string) int {
	if i := strings.IndexAny(s, any); i >= 0 {
		return i
	}
	return len(s)
}
