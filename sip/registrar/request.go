package registrar

import "net/netip"

// Limits on a request; what exceeds them is refused with [ErrTooLong], but a
// long user agent is cut.
const (
	MaxAOR        = 320 // bytes of user@domain
	MaxContactURI = 512
	MaxInstance   = 255
	MaxPath       = 1024 // all Path values together
	MaxID         = 128  // account and credential ids
	maxUserAgent  = 128
)

// Absent stands for an expiry that a contact or request does not give.
const Absent = -1

// FullQ is the q-value 1.0, also that of a contact without q.
const FullQ = 1000

// Transport is how a phone reaches us.
type Transport uint8

// The transports. Stored on disk: never renumber.
const (
	UDP Transport = iota
	TCP
	TLS
	WS
	WSS
)

var transportNames = [...]string{"udp", "tcp", "tls", "ws", "wss"}

// String is the transport in lower case, as the API shows it.
func (t Transport) String() string {
	if int(t) < len(transportNames) {
		return transportNames[t]
	}
	return "unknown"
}

// Request is an authenticated REGISTER. Its slices are borrowed: nothing of
// them is kept once Update or UpdateAsync has returned.
type Request struct {
	// AOR is user@domain in the canonical spelling of the domain's credential;
	// it is compared byte by byte.
	AOR []byte
	// Account and Credential own the AOR from now on.
	Account, Credential string

	CallID []byte
	CSeq   uint32
	// Contacts may be empty: the request then only asks for the bindings.
	Contacts []Contact
	Wildcard bool // Contact: *
	// Expires is the Expires header in seconds, Absent without one.
	Expires int64
	// Path is the Path header's values joined by commas, kept as is (RFC 3327).
	Path      []byte
	UserAgent []byte

	// The flow the request came over. An address's IPv6 zone is not kept.
	Source     netip.AddrPort
	Transport  Transport
	Listener   uint16 // the caller's number of the local listener
	Connection uint64 // the caller's number of the connection, 0 for UDP

	// Replayed says that the credentials were used before: only a request that
	// changes nothing is answered.
	Replayed bool
}

// Contact is one Contact header value of a request.
type Contact struct {
	URI      []byte
	Expires  int64  // the expires parameter in seconds, Absent without one
	Q        uint16 // thousandths, FullQ without one
	Instance []byte // +sip.instance without its quotes, empty without one
	RegID    uint32 // reg-id (RFC 5626), 0 without one
}

// flow is the reg-id, which means nothing without an instance (RFC 5626 section 6).
func (c *Contact) flow() uint32 {
	if len(c.Instance) == 0 {
		return 0
	}
	return c.RegID
}

// removes tells whether the contact is to be removed.
func (c *Contact) removes(req *Request) bool {
	return c.Expires == 0 || c.Expires < 0 && req.Expires == 0
}

// check refuses what cannot be stored or means nothing.
func (r *Request) check(maxBindings int) error {
	switch {
	case len(r.AOR) == 0:
		return ErrMalformed
	case len(r.AOR) > MaxAOR, len(r.Path) > MaxPath, len(r.Account) > MaxID, len(r.Credential) > MaxID:
		return ErrTooLong
	case r.Wildcard && (len(r.Contacts) > 0 || r.Expires != 0):
		return ErrWildcard
	case len(r.Contacts) > maxBindings:
		return ErrTooManyContacts
	}
	for i := range r.Contacts {
		switch c := &r.Contacts[i]; {
		case len(c.URI) == 0:
			return ErrMalformed
		case len(c.URI) > MaxContactURI, len(c.Instance) > MaxInstance:
			return ErrTooLong
		}
	}
	return nil
}

// agent is the user agent as it is kept.
func (r *Request) agent() []byte { return r.UserAgent[:min(len(r.UserAgent), maxUserAgent)] }
