package call

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// anonymous is who calls when that is not to be known (RFC 3323 section 4.1.1.3).
const anonymous = "sip:anonymous@anonymous.invalid"

// phone is whose leg an authenticated user's is.
func phone(v *store.View, u *store.SIPUser) person {
	p := person{
		account: u.Credential.Account, credential: u.Credential.ID,
		aor: strings.ToLower(u.Credential.Username + "@" + u.Domain.Domain),
	}
	ref, ok := v.Line(u.Credential.ID)
	if !ok {
		return p
	}
	p.device = ref.Device.ID
	if line := ref.Device.LineNumber(ref.Line); line != nil {
		p.user = line.User
	}
	return p
}

// known completes a person by what routing found out.
func (p *person) known(id route.Identity) {
	user, _, _ := strings.Cut(p.aor, "@")
	p.user, p.device, p.trunk = cmp.Or(id.User, p.user), cmp.Or(id.Device, p.device), cmp.Or(id.Trunk, p.trunk)
	p.number, p.name, p.private = cmp.Or(id.Extension, id.Number, user), id.Name, id.Private
}

// named gives a called user's leg the name and extension others are shown.
func (p *person) named(v *store.View) {
	u := get[*record.User](v, p.user)
	if p.user == "" || u == nil {
		p.number, _, _ = strings.Cut(p.aor, "@")
		return
	}
	p.name = u.Name
	if e := get[*record.Extension](v, u.PrimaryExtension); u.PrimaryExtension != "" && e != nil && e.Status == record.Active {
		p.number = e.Number
		return
	}
	for _, e := range v.ExtensionsOf(u.ID) {
		if e.Status == record.Active && (p.number == "" || e.Number < p.number) {
			p.number = e.Number
		}
	}
}

// identity is the person as routing knows people, to be shown for somebody who transfers
// him.
func (p *person) identity() *route.Identity {
	id := &route.Identity{
		Trunk: p.trunk, Credential: p.credential, Device: p.device, User: p.user, Name: p.name, Private: p.private,
	}
	if p.trunk != "" || strings.HasPrefix(p.number, "+") {
		id.Number = p.number
	} else {
		id.Extension = p.number
	}
	return id
}

// askedOf is what a caller's INVITE says of him, for routing.
func askedOf(l *leg, trunks []record.ID) route.Caller {
	req, o := l.Request(), l.Origin()
	c := route.Caller{}
	if o.User != nil {
		c.Account, c.Credential = o.User.Credential.Account, o.User.Credential.ID
	} else {
		c.Trunks = trunks
	}
	from := req.From()
	c.Name, c.Number = clip(from.DisplayName), clip(unescape(from.Address.User))
	if display, uri, ok := assertedOf(req); ok {
		c.Number = userOf(uri)
		if display != "" {
			c.Name = clip(display)
		}
	}
	privacy := strings.ToLower(header(req, "Privacy"))
	c.Private = privacy != "" && privacy != "none" ||
		strings.EqualFold(from.Address.User, "anonymous") || strings.HasSuffix(strings.ToLower(from.Address.Host), ".invalid")
	c.Called = append(c.Called, unescape(req.To().Address.User))
	for _, name := range []string{"P-Called-Party-ID", "Diversion"} {
		if v := header(req, name); v != "" {
			c.Called = append(c.Called, userOf(uriIn(v)))
		}
	}
	c.Diverted = max(len(headers(req, "Diversion")), historyDiversions(req))
	return c
}

// assertedOf is the first usable P-Asserted-Identity (RFC 3325).
func assertedOf(req *sip.Request) (display, uri string, ok bool) {
	for _, v := range headers(req, "P-Asserted-Identity") {
		uri = uriIn(v)
		if userOf(uri) == "" {
			continue
		}
		if at := strings.IndexByte(v, '<'); at > 0 {
			display = strings.Trim(strings.TrimSpace(v[:at]), `"`)
		}
		return display, uri, true
	}
	return "", "", false
}

// dialled is the user part of the Request-URI; of a tel: URI or a URN all of it.
func dialled(req *sip.Request) string {
	if req.Recipient.User != "" || req.Recipient.Scheme == "sip" || req.Recipient.Scheme == "sips" {
		return clip(unescape(req.Recipient.User))
	}
	if req.Recipient.Scheme == "tel" {
		return clip(req.Recipient.Raw())
	}
	return clip(req.Recipient.String())
}

// clip bounds what a record keeps of a peer's text, and makes it UTF-8: some carriers
// send names in Latin-1.
func clip(s string) string {
	const most = 128
	return strings.ToValidUTF8(s[:min(len(s), most)], "\uFFFD")
}

// fromURI is who a request says it is from.
func fromURI(req *sip.Request) string {
	from := req.From()
	return clip(from.Address.String())
}

// header is the first value of a header field, empty without one.
func header(m interface{ GetHeaders(string) []sip.Header }, name string) string {
	if all := m.GetHeaders(name); len(all) > 0 {
		return strings.TrimSpace(all[0].Value())
	}
	return ""
}

// headers are the values of a header field that may be a list.
func headers(m interface{ GetHeaders(string) []sip.Header }, name string) (list []string) {
	for _, h := range m.GetHeaders(name) {
		list = append(list, splitList(h.Value())...)
	}
	return list
}

// splitList cuts at commas outside of quotes and angle brackets.
func splitList(s string) (list []string) {
	start, quoted, angle := 0, false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == ',' && !angle:
			list = append(list, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	if last := strings.TrimSpace(s[start:]); last != "" {
		list = append(list, last)
	}
	return list
}

// uriIn is the URI of a name-addr or addr-spec.
func uriIn(v string) string {
	if _, rest, ok := strings.Cut(v, "<"); ok {
		uri, _, _ := strings.Cut(rest, ">")
		return uri
	}
	uri, _, _ := strings.Cut(v, ";")
	return strings.TrimSpace(uri)
}

// userOf is the user part of a sip: URI, or what a tel: URI names, unescaped.
func userOf(uri string) string {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok {
		return ""
	}
	if strings.EqualFold(scheme, "tel") {
		rest, _, _ = strings.Cut(rest, "?")
		return clip(unescape(rest))
	}
	user, _, ok := strings.Cut(rest, "@")
	if !ok {
		return ""
	}
	user, _, _ = strings.Cut(user, ":")
	return clip(unescape(user))
}

// hostIn is the host of a sip: URI.
func hostIn(uri string) string {
	_, rest, _ := strings.Cut(uri, ":")
	if _, host, ok := strings.Cut(rest, "@"); ok {
		rest = host
	}
	rest, _, _ = strings.Cut(rest, ";")
	rest, _, _ = strings.Cut(rest, "?")
	if inner, after, ok := strings.Cut(rest, "]"); ok && strings.HasPrefix(inner, "[") {
		_ = after
		return inner[1:]
	}
	host, _, _ := strings.Cut(rest, ":")
	return strings.ToLower(host)
}

func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

// escapeUser writes a user part: what needs no escaping in RFC 3261 stays.
func escapeUser(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.!~*'()&=+$,;?/", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
		}
	}
	return b.String()
}

// hostOf is the host of user@host.
func hostOf(aor string) string {
	_, host, _ := strings.Cut(aor, "@")
	return host
}

// bracketed is a host as URIs have it.
func bracketed(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}

// sipURI is sip:user@host.
func sipURI(user, host string) string {
	if user == "" {
		return "sip:" + bracketed(host)
	}
	return "sip:" + escapeUser(user) + "@" + bracketed(host)
}

// quoted is a quoted-string.
func quoted(s string) string { return `"` + escapes.Replace(s) + `"` }

// escapes are those of a quoted-string (RFC 3261 section 25.1).
var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// shownFrom is the From of an INVITE of ours.
func shownFrom(id route.CallerID, host string) dialog.Address {
	if id.Private || id.Number == "" {
		return dialog.Address{Display: "Anonymous", URI: anonymous}
	}
	return dialog.Address{Display: id.Name, URI: sipURI(id.Number, host)}
}

// identityHeaders assert who calls (RFC 3325). A private caller's number is for trusted
// networks only.
func identityHeaders(id route.CallerID, host string) []dialog.Header {
	var list []dialog.Header
	if id.Number != "" {
		list = append(list, dialog.Header{Name: "P-Asserted-Identity", Value: asserted(id.Name, id.Number, host)})
	}
	if id.Private {
		list = append(list, dialog.Header{Name: "Privacy", Value: "id"})
	}
	return list
}

func asserted(name, number, host string) string {
	v := "<" + sipURI(number, host) + ">"
	if name != "" {
		v = quoted(name) + " " + v
	}
	return v
}

// connected tells the other party who he talks to now.
func connected(p *person, host string) []dialog.Header {
	if p.number == "" || p.private {
		return nil
	}
	return []dialog.Header{{Name: "P-Asserted-Identity", Value: asserted(p.name, p.number, host)}}
}

// pathOf are the URIs of a binding's Path (RFC 3327).
func pathOf(path string) (list []string) {
	for _, v := range splitList(path) {
		list = append(list, uriIn(v))
	}
	return list
}
