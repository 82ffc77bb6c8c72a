package route

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// maxDialled bounds what may be a number, in characters without separators.
const maxDialled = 32

// clean is a dialled user part without visual separators (RFC 3966), parameters and a trailing #; of a local number
// with a global phone-context the global number. ok is false, and the text empty, for what no number is.
func clean(s string) (digits string, ok bool) {
	s, params, _ := strings.Cut(s, ";")
	s = strings.TrimSuffix(strings.TrimSpace(s), "#")
	if !plain(s) {
		if s, ok = squeeze(s); !ok {
			return "", false
		}
	}
	if s == "" || s == "+" || len(s) > maxDialled {
		return "", false
	}
	if params != "" && s[0] != '+' && s[0] != '*' {
		s = global(s, params)
	}
	return s, true
}

// plain says whether s needs no squeezing.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != '*' && (c != '+' || i > 0) {
			return false
		}
	}
	return true
}

// squeeze takes visual separators out.
func squeeze(s string) (string, bool) {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c == '*', c == '#', c == '+' && b.Len() == 0:
			b.WriteByte(c)
		case c == '-', c == '.', c == '(', c == ')', c == ' ':
		default:
			return "", false
		}
		if b.Len() > maxDialled {
			return "", false
		}
	}
	return b.String(), true
}

// global puts the digits of a global phone-context (RFC 3966 section 5.1.5) before a local number when that makes a
// possible number; a domain as context is ours and says nothing.
func global(local, params string) string {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(name, "phone-context") {
			continue
		}
		if context, ok := squeeze(value); ok && strings.HasPrefix(context, "+") {
			if _, form := worldwide(context + local); form == formNumber {
				return context + local
			}
		}
	}
	return local
}

// form is what digits are by the dialling rules of a region.
type form uint8

const (
	formInvalid    form = iota
	formIncomplete      // the beginning of a number, or one without its area
	formShort           // a short number of the region, to be sent as dialled
	formNumber          // a telephone number
)

// normal reads digits as dialled in a region. The text is E.164 for a number and the digits for a short number.
func normal(region, digits string) (string, form) {
	if digits == "" || strings.ContainsAny(digits, "*#") {
		return "", formInvalid
	}
	if digits[0] == '+' {
		return worldwide(digits)
	}
	if phonenumbers.GetCountryCodeForRegion(region) == 1 {
		return northAmerican(digits)
	}
	if short(region, digits) {
		return digits, formShort
	}
	return parse(digits, region)
}

// northAmerican reads digits by the North American plan without a regular expression: 10 digits, 11 with 1, 011 and
// the 00 of people from elsewhere for other countries, N11.
func northAmerican(digits string) (string, form) {
	switch {
	case strings.HasPrefix(digits, "011"):
		return worldwide("+" + digits[3:])
	case strings.HasPrefix(digits, "00"):
		return worldwide("+" + digits[2:])
	case len(digits) == 3 && digits[0] >= '2' && digits[1:] == "11":
		return digits, formShort
	}
	national := strings.TrimPrefix(digits, "1")
	switch {
	case len(national) > 10 || national != "" && national[0] < '2':
		return "", formInvalid
	case len(national) < 10:
		return "", formIncomplete
	case national[3] < '2':
		return "", formInvalid
	}
	return "+1" + national, formNumber
}

// worldwide reads a number that begins with +.
func worldwide(number string) (string, form) {
	if len(number) == 12 && number[1] == '1' && number[2] >= '2' && number[5] >= '2' {
		return number, formNumber
	}
	if len(number) < 4 {
		return "", formIncomplete
	}
	return parse(number, "ZZ")
}

// parse asks the metadata. Only the length is checked: prefixes are given out faster than metadata is.
func parse(digits, region string) (string, form) {
	n, err := phonenumbers.Parse(digits, region)
	if err != nil {
		return "", formInvalid
	}
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.IS_POSSIBLE:
		return phonenumbers.Format(n, phonenumbers.E164), formNumber
	case phonenumbers.TOO_SHORT, phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return "", formIncomplete
	default:
		return "", formInvalid
	}
}

// maxShort bounds short numbers, in digits.
const maxShort = 6

// short says whether digits are a short number of a region outside the North American plan.
func short(region, digits string) bool {
	if len(digits) < 2 || len(digits) > maxShort {
		return false
	}
	n, err := phonenumbers.Parse(digits, region)
	return err == nil && phonenumbers.IsValidShortNumberForRegion(n, region)
}
