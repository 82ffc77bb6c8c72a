package sip

import (
	"errors"

	"dialtone/sip/registrar"
	"dialtone/sip/wire"
)

// Limits on a REGISTER.
const (
	maxContacts      = 20
	maxAuthorization = 10
	maxDomain        = 253 // bytes of a domain's name
)

// registration is what a REGISTER says, whatever it came in by. Its slices point
// into the message.
type registration struct {
	// uri is the Request-URI as sent: credentials are made for it.
	uri []byte
	// domain is its host in lower case: the realm.
	domain []byte
	// user and host are the To address's, the user unescaped, the host in lower case.
	user, host []byte
	// authorization are the values of the Authorization headers.
	authorization [][]byte
	// registrar.Request is the rest; AOR, Account and Credential are set once the
	// request has been authenticated.
	registrar.Request
}

var (
	errURI     = errors.New("Invalid Request-URI")
	errTo      = errors.New("Invalid To")
	errContact = errors.New("Invalid Contact")
	errPath    = errors.New("Invalid Path")
	errExpires = errors.New("Invalid Expires")
	errCSeq    = errors.New("Invalid CSeq")
	errCallID  = errors.New("Invalid Call-ID")
)

// setURI reads the Request-URI: a domain without a user (RFC 3261 10.2).
func (r *registration) setURI(raw []byte) error {
	u, err := wire.ParseURI(raw)
	if err != nil || len(u.Host) > maxDomain {
		return errURI
	}
	r.uri, r.domain = raw, wire.AppendLower(nil, u.Host)
	return nil
}

// setTo reads the address of record from the To header's value.
func (r *registration) setTo(value []byte) error {
	a, rest, err := wire.NextNameAddr(value)
	if err != nil || len(rest) > 0 {
		return errTo
	}
	u, err := wire.ParseURI(a.URI)
	if err != nil || len(u.User) == 0 || len(u.User) > registrar.MaxAOR || len(u.Host) > maxDomain {
		return errTo
	}
	user, ok := wire.AppendUnescaped(nil, u.User)
	if !ok {
		return errTo
	}
	r.user, r.host = user, wire.AppendLower(nil, u.Host)
	return nil
}

// setExpires reads the Expires header's value. A value that is no number counts as
// the default (RFC 3261 20.19), one beyond 32 bits as the most there is.
func (r *registration) setExpires(value []byte) {
	r.Expires = registrar.Absent
	if n, ok := wire.Uint(value, 1<<62); ok {
		r.Expires = int64(min(n, 1<<32-1))
	}
}

// addContacts reads the value of one Contact header.
func (r *registration) addContacts(value []byte) error {
	if string(value) == "*" {
		if r.Wildcard || len(r.Contacts) > 0 {
			return errContact
		}
		r.Wildcard = true
		return nil
	}
	for rest := value; len(rest) > 0; {
		a, next, err := wire.NextNameAddr(rest)
		if err != nil || r.Wildcard || len(r.Contacts) == maxContacts {
			return errContact
		}
		c, err := contact(a)
		if err != nil {
			return err
		}
		r.Contacts, rest = append(r.Contacts, c), next
	}
	return nil
}

// contact reads one Contact and its parameters (RFC 3261 20.10, RFC 5626 4).
func contact(a wire.NameAddr) (registrar.Contact, error) {
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

func setParam(c *registrar.Contact, name, value []byte) error {
	switch {
	case wire.EqualFold(name, "expires"):
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
