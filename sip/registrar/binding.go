package registrar

import (
	"crypto/sha256"
	"net/netip"
	"time"
	"unique"
)

// Binding is one contact of an AOR, as readers see it.
type Binding struct {
	AOR, Account, Credential string

	Contact  string // URI
	Q        uint16 // thousandths
	Instance Instance
	RegID    uint32
	Path     string

	Source     netip.AddrPort // where requests are sent
	Transport  Transport
	Listener   uint16
	Connection uint64 // 0: UDP, or the connection did not survive a restart

	UserAgent    string
	RegisteredAt time.Time // first registration
	ExpiresAt    time.Time
}

// Remaining is the number of whole seconds the binding has left at now.
func (b *Binding) Remaining(now time.Time) int64 {
	return max(b.ExpiresAt.Unix()-now.Unix(), 0)
}

// callID is a Call-ID cut to what comparing it takes: half its SHA-256.
type callID [16]byte

func hashCallID(id []byte) (c callID) {
	sum := sha256.Sum256(id)
	copy(c[:], sum[:])
	return c
}

// binding is the compact form of a [Binding]: 96 bytes and one string. Times are
// seconds since 1970.
type binding struct {
	text       string // contact URI, instance, path
	agent      unique.Handle[string]
	connection uint64
	addr       [16]byte
	callID     callID

	registered, refreshed, expires uint32

	cseq           uint32
	regID          uint32
	port, listener uint16
	q              uint16
	uriLen         uint16
	instanceLen    uint8
	transport      Transport
	instanceForm   instanceForm
	touched        bool // by the request being applied
}

func (b *binding) uri() string  { return b.text[:b.uriLen] }
func (b *binding) path() string { return b.text[int(b.uriLen)+int(b.instanceLen):] }
func (b *binding) instance() Instance {
	return Instance{b.text[b.uriLen:][:b.instanceLen], b.instanceForm}
}

func (b *binding) live(now uint32) bool { return b.expires > now }

func (b *binding) source() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(b.addr).Unmap(), b.port)
}

// set makes b what contact c of req asks for, until expires. It allocates only
// when the contact's text or the user agent is new.
func (b *binding) set(req *Request, c *Contact, id callID, now, expires uint32) {
	if b.registered == 0 {
		b.registered = now
	}
	in := pack(c.Instance)
	if b.uri() != string(c.URI) || b.instanceForm != in.form || b.instance().text != string(in.bytes()) || b.path() != string(req.Path) {
		b.setText(c.URI, in.bytes(), req.Path, in.form)
	}
	b.setAgent(req.agent())
	b.setSource(req.Source)
	b.connection, b.listener, b.transport = req.Connection, req.Listener, req.Transport
	b.callID, b.cseq, b.regID, b.q = id, req.CSeq, c.flow(), c.Q
	b.refreshed, b.expires, b.touched = now, expires, true
}

func (b *binding) setText(uri, instance, path []byte, form instanceForm) {
	text := make([]byte, 0, MaxContactURI+MaxInstance+MaxPath)
	text = append(append(append(text, uri...), instance...), path...)
	b.text = string(text)
	b.uriLen, b.instanceLen, b.instanceForm = uint16(len(uri)), uint8(len(instance)), form
}

func (b *binding) setAgent(agent []byte) {
	var none unique.Handle[string]
	if b.agent == none || b.agent.Value() != string(agent) {
		b.agent = unique.Make(string(agent))
	}
}

func (b *binding) setSource(s netip.AddrPort) {
	b.addr, b.port = [16]byte{}, s.Port()
	if s.Addr().IsValid() {
		b.addr = s.Addr().As16()
	}
}

// sameSource tells whether b came over the flow of req.
func (b *binding) sameSource(req *Request) bool {
	return b.transport == req.Transport && b.port == req.Source.Port() &&
		req.Source.Addr().IsValid() && b.addr == req.Source.Addr().As16()
}

func unix(t time.Time) uint32 { return uint32(t.Unix()) }
