package number

import (
	"fmt"
	"strings"
)

// maxReserved bounds the length of a name worth folding, in bytes; longer ones are no number.
const maxReserved = 128

// Reserved says why a string may not be an extension, a user name, a registration, a feature code or the target of a
// forward: dialling it, in any of the regions and however it is separated, must reach help. regionCodes are those of
// the account's locations and of the account itself; extra and test as for [Classify].
func Reserved(name string, regionCodes, extra, test []string) (reason string, reserved bool) {
	if len(name) > maxReserved {
		return "", false
	}
	spelled := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '*' {
			return r
		}
		return -1
	}, name)
	for _, code := range append([]string{""}, regionCodes...) {
		for _, form := range [...]string{name, spelled} {
			if reason := reasonFor(Classify(form, code, extra, test), code); reason != "" {
				return reason, true
			}
		}
	}
	return "", false
}

// reasonFor is a sentence for the person who chose the name.
func reasonFor(result Result, code string) string {
	switch result.Class {
	case Emergency:
		if code == "" {
			return fmt.Sprintf("%s is an emergency number", result.Dialled)
		}
		return fmt.Sprintf("%s is an emergency number in %s", result.Dialled, strings.ToUpper(code))
	case Test:
		return fmt.Sprintf("%s tests the emergency path", result.Dialled)
	case Crisis:
		return fmt.Sprintf("%s reaches the crisis line", result.Dialled)
	}
	return ""
}
