package admin

import "strings"

const sipScheme = "sip:"

// aorURI is an address of record (RFC 3261, 6) as the API shows it,
// sip:<username>@<domain>, of a name user@domain.
func aorURI(name string) string {
	user, domain, ok := cutLast(name, "@")
	if !ok {
		return sipScheme + name
	}
	if strings.Contains(domain, ":") { // IPv6
		domain = "[" + domain + "]"
	}
	return sipScheme + user + "@" + domain
}

// aorName is the name a filter asks for: the address as it is shown, or user@domain.
func aorName(filter string) string {
	user, domain, ok := cutLast(strings.TrimPrefix(filter, sipScheme), "@")
	if !ok {
		return filter
	}
	return user + "@" + strings.Trim(domain, "[]")
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
