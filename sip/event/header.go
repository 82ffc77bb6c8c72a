package event

import (
	"math"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// maxText bounds what is kept of a SUBSCRIBE, in bytes, and maxParam its parameters.
const (
	maxText  = 2048
	maxParam = 128
)

// header is a header's first value by its long or short name, empty without one.
func header(m *sip.Request, long, short string) string {
	for _, h := range m.Headers() {
		if n := h.Name(); strings.EqualFold(n, long) || short != "" && strings.EqualFold(n, short) {
			return strings.TrimSpace(h.Value())
		}
	}
	return ""
}

// values are a header's values, those of several lines joined by commas.
func values(m *sip.Request, name string) string {
	var all []string
	for _, h := range m.Headers() {
		if strings.EqualFold(h.Name(), name) {
			all = append(all, strings.TrimSpace(h.Value()))
		}
	}
	return strings.Join(all, ", ")
}

// parseEvent reads an Event header (RFC 6665 section 8.2.1): the package and the id.
func parseEvent(s string) (of *eventPackage, id string, ok bool) {
	name, params, _ := strings.Cut(s, ";")
	if of = packageNamed(strings.TrimSpace(name)); of == nil {
		return nil, "", true
	}
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(key), "id") {
			id = strings.TrimSpace(value)
			if !token(id) || len(id) > maxParam {
				return of, "", false
			}
		}
	}
	return of, id, true
}

// token tells whether s is a token (RFC 3261 section 25.1).
func token(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-.!%*_+`'~", r)
	})
}

// parseExpires reads an Expires header; without one the answer is def. More than fits is
// as much as there is (RFC 3261 section 20.19).
func parseExpires(s string, def int) (seconds int, ok bool) {
	if s == "" {
		return def, true
	}
	if strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return math.MaxInt32, true
	}
	return int(n), true
}

// accepts tells whether an Accept header has a content type; none at all has.
func accepts(accept, contentType string) bool {
	if accept == "" {
		return true
	}
	for element := range strings.SplitSeq(accept, ",") {
		one, _, _ := strings.Cut(element, ";")
		one = strings.ToLower(strings.TrimSpace(one))
		if one == contentType || one == "*/*" || one == "application/*" {
			return true
		}
	}
	return false
}

// paramOf is a parameter's value without quotes, whatever the case of its name.
func paramOf(p sip.HeaderParams, name string) string {
	for _, kv := range p {
		if strings.EqualFold(kv.K, name) {
			return strings.Trim(kv.V, `"`)
		}
	}
	return ""
}
