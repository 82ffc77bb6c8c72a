package catalog

import "strings"

const vendorYealink = "yealink"

// maxAgent bounds the length of a User-Agent worth reading, in bytes.
const maxAgent = 256

// Agent is what a phone says about itself. Anybody can send any User-Agent: a hint, never an identity.
type Agent struct {
	Vendor   string // lower case
	Model    string // as reported, upper case, without "SIP-"; [Find] resolves it ("T58" is a T58A)
	Firmware string // "108.86.0.75"
	MAC      string // twelve lower-case hexadecimal digits; empty when the phone does not say
}

// ParseUserAgent reads a Yealink User-Agent of HTTP or SIP:
//
//	[Yealink ]["SIP-" | "SIP VP-"]MODEL FIRMWARE [MAC | hardware version]
//
// Case and runs of blanks do not matter; the MAC may be written with or without colons.
func ParseUserAgent(ua string) (Agent, bool) {
	if len(ua) > maxAgent {
		return Agent{}, false
	}
	rest := strings.TrimSpace(ua)
	if after, found := cutFold(rest, vendorYealink); found && after != "" && strings.ContainsRune(" -", rune(after[0])) {
		rest = strings.TrimLeft(after, " -")
	}
	if after, found := cutFold(rest, "SIP-"); found {
		rest = after
	} else if after, found := cutFold(rest, "SIP VP-"); found {
		rest = after
	}
	model, rest := nextWord(rest)
	firmware, rest := nextWord(rest)
	last, rest := nextWord(rest)
	if !isModel(model) || !isVersion(firmware, 4, 4) || rest != "" {
		return Agent{}, false
	}
	agent := Agent{Vendor: vendorYealink, Model: strings.ToUpper(model), Firmware: firmware}
	if last == "" || isVersion(last, 4, 8) {
		return agent, true
	}
	mac, ok := parseMAC(last)
	agent.MAC = mac
	if !ok {
		return Agent{}, false
	}
	return agent, true
}

// cutFold is strings.CutPrefix without regard to ASCII case.
func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// nextWord takes the first word, and what follows it without leading blanks.
func nextWord(s string) (word, rest string) {
	word, rest, _ = strings.Cut(s, " ")
	return word, strings.TrimLeft(rest, " ")
}

// isModel accepts a range (T, W, CP, VP, AX), a digit, and letters, digits or underscores.
func isModel(s string) bool {
	for _, line := range []string{"T", "W", "CP", "VP", "AX"} {
		rest, ok := cutFold(s, line)
		if ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			return strings.IndexFunc(rest, notModelRune) < 0
		}
	}
	return false
}

func notModelRune(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_'
}

// isVersion accepts between least and most numbers with dots between them.
func isVersion(s string, least, most int) bool {
	parts := 0
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || !isDigits(part) {
			return false
		}
		parts++
	}
	return parts >= least && parts <= most
}

// parseMAC reads aabbccddeeff or aa:bb:cc:dd:ee:ff in any case.
func parseMAC(s string) (string, bool) {
	var mac [12]byte
	n := 0
	colons := len(s) == 17
	if !colons && len(s) != len(mac) {
		return "", false
	}
	for i := 0; i < len(s); i++ {
		if colons && i%3 == 2 {
			if s[i] != ':' {
				return "", false
			}
			continue
		}
		if !isHexByte(s[i]) {
			return "", false
		}
		mac[n] = lower(s[i])
		n++
	}
	return string(mac[:]), true
}

func isHexByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// lower folds an ASCII letter.
func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}
