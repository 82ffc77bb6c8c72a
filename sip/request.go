package sip

import (
	"errors"
	"net/netip"
	"strings"

	"dialtone/sip/registrar"
	"dialtone/sip/wire"
)

// Limits on a REGISTER.
const (
	maxDomain = 253 // bytes of a domain's name
)

// flow is where a message came in.
type flow struct {
	source     netip.AddrPort
	transport  registrar.Transport
	listener   uint16
	connection uint64   // 0 for UDP
	names      []string // of the client's certificate, nil without
}

// registration is what a REGISTER says, whatever it came in by. Its slices point
// into the message or into the registration's own memory, which the next read uses
// again.
type registration struct {
	// uri is the Request-URI as sent: credentials are made for it.
	uri []byte
	// domain is its host in lower case: the realm.
	domain []byte
	// user and host are the To address's, the user unescaped, the host in lower case.
	user, host []byte
	// authorization are the values of the Authorization headers.
	authorization [][]byte
	// gruu and outbound tell what the phone supports (RFC 5627, RFC 5626).
	gruu, outbound bool
	// registrar.Request is the rest; AOR, Account and Credential are set once the
	// request has been authenticated.
	registrar.Request

	path []byte // memory for joined Path values
}

// refusal is an answer to a message that is legal SIP but no legal REGISTER.
type refusal struct {
	status int
	reason string
	header string // one more header line, with its line break
}

func (e *refusal) answer(result string) answer {
	return answer{status: e.status, reason: e.reason, header: e.header, result: result}
}

var (
	errURI     = &refusal{status: 400, reason: "Invalid Request-URI"}
	errTo      = &refusal{status: 400, reason: "Invalid To"}
	errContact = &refusal{status: 400, reason: "Invalid Contact"}
	errFlows   = &refusal{status: 400, reason: "More Than One Contact With reg-id"}
	errHop     = &refusal{status: 439, reason: "First Hop Lacks Outbound Support"}
)

// malformedExpires is what an expiry that is no number counts as, in seconds
// (RFC 3261 10.2.1.1).
const malformedExpires = 3600

// read takes what a REGISTER says out of a scanned message.
func (r *registration) read(m *wire.Message, f flow) *refusal {
	*r = registration{
		domain: r.domain[:0], user: r.user[:0], host: r.host[:0], path: r.path[:0],
		Request: registrar.Request{AOR: r.AOR[:0], Contacts: r.Contacts[:0]},
	}
	if err := required(m); err != nil {
		return err
	}
	if len(m.Target.Host) == 0 || len(m.Target.Host) > maxDomain {
		return errURI
	}
	r.uri, r.domain = m.RequestURI, wire.AppendLower(r.domain, m.Target.Host)
	if err := r.setTo(m); err != nil {
		return err
	}
	r.authorization = m.Authorization
	r.CallID, r.CSeq, r.UserAgent = m.CallID, m.CSeq, m.UserAgent
	r.Source, r.Transport, r.Listener, r.Connection = f.source, f.transport, f.listener, f.connection
	r.gruu, r.outbound = wire.HasOption(m.Supported, "gruu"), wire.HasOption(m.Supported, "outbound")
	r.setExpires(m.Expires)
	r.setPath(m.Path)
	if err := r.setContacts(m); err != nil {
		return err
	}
	return r.checkFlows(m)
}

// required refuses what the phone insists on and we don't know (RFC 3261 8.2.2.3).
func required(m *wire.Message) *refusal {
	var unknown []string
	for _, list := range m.Require {
		for tag, rest := wire.NextOption(list); len(tag) > 0; tag, rest = wire.NextOption(rest) {
			if !wire.EqualFold(tag, "path") && !wire.EqualFold(tag, "outbound") && !wire.EqualFold(tag, "gruu") {
				unknown = append(unknown, string(tag))
			}
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return &refusal{420, "Bad Extension", "Unsupported: " + strings.Join(unknown, ", ") + "\r\n"}
}

// setTo reads the address of record.
func (r *registration) setTo(m *wire.Message) *refusal {
	u := &m.To.URI
	if len(u.User) == 0 || len(u.User) > registrar.MaxAOR || len(u.Host) > maxDomain {
		return errTo
	}
	user, ok := wire.AppendUnescaped(r.user, u.User)
	if !ok {
		return errTo
	}
	r.user, r.host = user, wire.AppendLower(r.host, u.Host)
	return nil
}

// setExpires reads the Expires header's value. One that is no number counts as the
// default (RFC 3261 20.19), one beyond 32 bits as the most there is.
func (r *registration) setExpires(value []byte) {
	r.Expires = registrar.Absent
	if n, ok := wire.Uint(value, 1<<62); ok {
		r.Expires = int64(min(n, 1<<32-1))
	}
}

// setPath joins the Path values.
func (r *registration) setPath(values [][]byte) {
	if len(values) == 1 {
		r.Path = values[0]
		return
	}
	for i, v := range values {
		if i > 0 {
			r.path = append(r.path, ", "...)
		}
		r.path = append(r.path, v...)
	}
	r.Path = r.path
}

func (r *registration) setContacts(m *wire.Message) *refusal {
	r.Wildcard = m.Star
	if m.Star && len(m.Contacts) > 0 {
		return errContact
	}
	for i := range m.Contacts {
		c, err := contact(&m.Contacts[i])
		if err != nil {
			return err
		}
		if !r.outbound {
			c.RegID = 0 // RFC 5626 6: without the option tag it means nothing
		}
		r.Contacts = append(r.Contacts, c)
	}
	return nil
}

// contact reads one Contact and its parameters (RFC 3261 20.10, RFC 5626 4).
func contact(a *wire.NameAddr) (registrar.Contact, *refusal) {
	c := registrar.Contact{URI: a.URI, Expires: registrar.Absent, Q: registrar.FullQ}
	if _, err := wire.ParseURI(a.URI); err != nil && !errors.Is(err, wire.ErrScheme) {
		return c, errContact
	}
	for rest := a.Params; ; {
		name, value, next, more, err := wire.NextParam(rest)
		if err != nil {
			return c, errContact
		}
		if !more {
			return c, nil
		}
		if err := setParam(&c, name, value); err != nil {
			return c, err
		}
		rest = next
	}
}

func setParam(c *registrar.Contact, name, value []byte) *refusal {
	switch {
	case wire.EqualFold(name, "expires"):
		c.Expires = malformedExpires
		if n, ok := wire.Uint(value, 1<<62); ok {
			c.Expires = int64(min(n, 1<<32-1))
		}
	case wire.EqualFold(name, "q"):
		q, ok := quality(value)
		if !ok {
			return errContact
		}
		c.Q = q
	case wire.EqualFold(name, "+sip.instance"):
		c.Instance = value
	case wire.EqualFold(name, "reg-id"):
		n, ok := wire.Uint(value, 1<<31-1)
		if !ok || n == 0 {
			return errContact
		}
		c.RegID = uint32(n)
	}
	return nil
}

// quality reads a q-value, 0 to 1 with up to three decimals, in thousandths.
func quality(v []byte) (uint16, bool) {
	if len(v) == 0 || len(v) > 5 || v[0] != '0' && v[0] != '1' || len(v) > 1 && v[1] != '.' {
		return 0, false
	}
	q, weight := uint16(v[0]-'0')*1000, uint16(100)
	for _, c := range v[min(2, len(v)):] {
		if c < '0' || c > '9' {
			return 0, false
		}
		q, weight = q+uint16(c-'0')*weight, weight/10
	}
	return q, q <= registrar.FullQ
}
