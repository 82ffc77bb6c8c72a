package digest

// SplitChallenges cuts the value of a WWW-Authenticate or Proxy-Authenticate header that
// has several challenges into one for each (RFC 9110 section 11.6.1): where a scheme
// follows a comma, not a parameter. The pieces are part of value.
func SplitChallenges(value []byte) (list [][]byte) {
	start, quoted := 0, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted && beginsChallenge(value[i+1:]):
			list = append(list, value[start:i])
			start = i + 1
		}
	}
	return append(list, value[start:])
}

// beginsChallenge tells whether what follows a comma is a scheme and a parameter.
func beginsChallenge(b []byte) bool {
	scheme, rest := token(skipLWS(b))
	after := skipLWS(rest)
	if len(scheme) == 0 || len(after) == len(rest) {
		return false
	}
	name, _ := token(after)
	return len(name) > 0
}
