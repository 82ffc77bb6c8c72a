package trunk

import (
	"strconv"
	"strings"
)

// bindingExpires is how many seconds a registrar gave a Contact with our user part: by the binding's own parameter,
// else the response's Expires, else what was asked for (RFC 3261 section 10.2.4). A registrar may list bindings of
// others; of several of ours the shortest counts.
func bindingExpires(contacts []string, user, expires string, asked int) int {
	whole := asked
	if n, ok := seconds(expires); ok {
		whole = n
	}
	least := -1
	for _, value := range contacts {
		for contact := range splitList(value) {
			uri, params := splitContact(contact)
			if !strings.HasPrefix(strings.ToLower(uri), "sip:"+strings.ToLower(user)+"@") {
				continue
			}
			n := whole
			for param := range strings.SplitSeq(params, ";") {
				name, value, _ := strings.Cut(param, "=")
				if given, ok := seconds(value); ok && strings.EqualFold(strings.TrimSpace(name), "expires") {
					n = given
				}
			}
			if least < 0 || n < least {
				least = n
			}
		}
	}
	if least < 0 {
		return whole
	}
	return least
}

func seconds(s string) (int, bool) {
	n, err := strconv.Atoi(strings.Trim(strings.TrimSpace(s), `"`))
	return min(n, maxExpires), err == nil && n >= 0
}

// splitContact is the URI of a Contact and the parameters behind it.
func splitContact(s string) (uri, params string) {
	if i := outside(s, '<'); i >= 0 {
		uri, params, _ = strings.Cut(s[i+1:], ">")
		return uri, params
	}
	uri, params, _ = strings.Cut(strings.TrimSpace(s), ";")
	return uri, params
}

// splitList goes through the values of a header that may hold several.
func splitList(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for s != "" {
			i := outside(s, ',')
			if i < 0 {
				yield(s)
				return
			}
			if !yield(s[:i]) {
				return
			}
			s = s[i+1:]
		}
	}
}

// outside is the first place of c outside quotes and angle brackets, -1 when there is none.
func outside(s string, c byte) int {
	quoted, angled := false, false
	for i := range len(s) {
		switch {
		case quoted:
			quoted = s[i] != '"' || s[i-1] == '\\'
		case s[i] == c && !angled:
			return i
		case s[i] == '"':
			quoted = true
		case s[i] == '<':
			angled = true
		case s[i] == '>':
			angled = false
		}
	}
	return -1
}
