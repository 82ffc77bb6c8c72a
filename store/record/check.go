package record

import (
	"net/mail"
	"net/netip"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds on text that appear in several records, in characters unless named otherwise.
const (
	MaxName        = 100
	MaxText        = 1000
	MaxEmail       = 254 // RFC 5321 4.5.3.1.3, octets
	MaxLabel       = 99  // Yealink: longest DSS key label
	MaxRecipients  = 200
	MaxNetworks    = 100
	MaxNumberLists = 50
)

var (
	e164Pattern     = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	dialablePattern = regexp.MustCompile(`^\+?[0-9*#]{1,32}$`)
)

// text checks a line of text: valid UTF-8, no control characters, at most limit
// characters, and trims blanks around it.
func (p *Problems) text(field string, v *string, limit int) {
	*v = strings.TrimSpace(*v)
	switch {
	case !utf8.ValidString(*v):
		p.Add(field, CodeInvalid, "must be valid UTF-8")
	case utf8.RuneCountInString(*v) > limit:
		p.Add(field, CodeTooLong, "must have at most %d characters", limit)
	case strings.ContainsFunc(*v, unicode.IsControl):
		p.Add(field, CodeInvalid, "must not contain line breaks or control characters")
	}
}

// required checks a line of text that must not be empty.
func (p *Problems) required(field string, v *string, limit int) {
	p.text(field, v, limit)
	if *v == "" {
		p.Add(field, CodeRequired, "must not be empty")
	}
}

// email checks one address (addr-spec, no display name); empty is allowed.
func (p *Problems) email(field string, v *string) {
	*v = strings.TrimSpace(*v)
	if *v == "" {
		return
	}
	if len(*v) > MaxEmail {
		p.Add(field, CodeTooLong, "must have at most %d octets", MaxEmail)
		return
	}
	a, err := mail.ParseAddress(*v)
	if err != nil || a.Name != "" || a.Address != *v || strings.ContainsFunc(*v, unicode.IsControl) {
		p.Add(field, CodeInvalid, "must be an e-mail address such as name@example.com")
	}
}

// emails checks a list of recipients, dropping none: duplicates are a problem.
func (p *Problems) emails(field string, list []string) {
	if len(list) > MaxRecipients {
		p.Add(field, CodeTooMany, "must have at most %d addresses", MaxRecipients)
		return
	}
	seen := map[string]bool{}
	for i := range list {
		at := index(field, i)
		if list[i] == "" {
			p.Add(at, CodeRequired, "must not be empty")
		}
		p.email(at, &list[i])
		if key := strings.ToLower(list[i]); seen[key] {
			p.Add(at, CodeDuplicate, "is in the list already")
		} else {
			seen[key] = true
		}
	}
}

// e164 checks a number in international form; empty is allowed. Blanks, dots,
// dashes and parentheses are dropped.
func (p *Problems) e164(field string, v *string) {
	*v = stripSeparators(*v)
	if *v != "" && !e164Pattern.MatchString(*v) {
		p.Add(field, CodeInvalid, "must be a number in international form, such as +13125550100")
	}
}

func stripSeparators(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '.', '(', ')':
			return -1
		}
		return r
	}, s)
}

// timezone checks an IANA zone name; empty is allowed.
func (p *Problems) timezone(field, v string) {
	if v == "" {
		return
	}
	if _, err := time.LoadLocation(v); err != nil || v == "Local" {
		p.Add(field, CodeInvalid, "must be an IANA time zone such as America/New_York")
	}
}

// language checks one of the languages the page and the mails speak.
func (p *Problems) language(field, v string) {
	p.oneOf(field, v, "en", "fr")
}

func (p *Problems) oneOf(field, v string, allowed ...string) {
	for _, a := range allowed {
		if v == a {
			return
		}
	}
	p.Add(field, CodeInvalid, "must be one of %s", strings.Join(allowed, ", "))
}

func (p *Problems) between(field string, v, low, high int) {
	if v < low || v > high {
		p.Add(field, CodeOutOfRange, "must be from %d to %d", low, high)
	}
}

// networks checks CIDR prefixes or single addresses and writes them as masked prefixes.
func (p *Problems) networks(field string, list []string) {
	if len(list) > MaxNetworks {
		p.Add(field, CodeTooMany, "must have at most %d networks", MaxNetworks)
		return
	}
	for i, v := range list {
		pre, err := ParseNetwork(v)
		if err != nil {
			p.Add(index(field, i), CodeInvalid, "must be an address or network such as 192.0.2.0/24")
			continue
		}
		list[i] = pre.String()
	}
}

// ParseNetwork reads "192.0.2.0/24" or a single address as a masked prefix.
func ParseNetwork(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, err
		}
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	pre, err := netip.ParsePrefix(s)
	return pre.Masked(), err
}

// dialable checks digits a phone can send.
func (p *Problems) dialable(field string, v *string) {
	*v = stripSeparators(*v)
	if !dialablePattern.MatchString(*v) {
		p.Add(field, CodeInvalid, "must be up to 32 digits, * or #, with an optional leading +")
	}
}
