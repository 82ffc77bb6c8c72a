package load

import (
	"crypto/md5"
	"encoding/hex"
	"time"
)

// action is what a phone wants of the registrar.
type action uint8

const (
	register   action = iota // without credentials at first: the nonce is not kept
	refresh                  // with the nonce it has
	unregister               // the same with Expires: 0
	rebind                   // moves to another port: the new contact in, the old one out
)

// State is what a phone knows of its binding.
type State uint8

// The states. Unknown: a request is out and may or may not have been carried out.
const (
	Unbound State = iota
	Bound
	Unknown
)

// phone is one client transaction after another.
type phone struct {
	user, domain string
	socket       int32 // of the worker's, where its contact is
	old          int32 // socket of the contact to remove, when rebinding
	state        State
	action       action
	open         bool // a transaction is under way
	authorised   bool // the request carries credentials
	qop          bool
	challenges   uint8  // met in this registration
	attempts     uint8  // registrations begun without success: storms
	seq          uint32 // transactions begun, also the CSeq
	nc           uint32 // requests sent with nonce
	ha1          [2 * md5.Size]byte
	realm        []byte // ha1 is for; nil is domain
	nonce        []byte
	opaque       []byte

	began    time.Duration // the registration
	due      time.Duration // next alarm, 0 for none
	interval time.Duration // timer E
	deadline time.Duration // timer F
}

// hashes is what responses are computed in; one worker's.
type hashes struct {
	text []byte
	ha2  [2 * md5.Size]byte
	res  [2 * md5.Size]byte
}

// secret computes HA1 (RFC 7616 section 3.4.2).
func (h *hashes) secret(dst *[2 * md5.Size]byte, user string, realm []byte, password string) {
	h.text = append(append(h.text[:0], user...), ':')
	h.text = append(append(h.text, realm...), ':')
	h.text = append(h.text, password...)
	h.hash(dst)
}

func (h *hashes) hash(dst *[2 * md5.Size]byte) {
	sum := md5.Sum(h.text)
	hex.Encode(dst[:], sum[:])
}

// response is the digest response of p's request, valid until the next call.
// The cnonce is the transaction's number.
func (h *hashes) response(p *phone) []byte {
	h.text = append(append(h.text[:0], "REGISTER:sip:"...), p.domain...)
	h.hash(&h.ha2)
	h.text = append(append(h.text[:0], p.ha1[:]...), ':')
	h.text = append(append(h.text, p.nonce...), ':')
	if p.qop {
		h.text = append(appendHex(h.text, p.nc), ':')
		h.text = append(appendHex(h.text, p.seq), ":auth:"...)
	}
	h.text = append(h.text, h.ha2[:]...)
	h.hash(&h.res)
	return h.res[:]
}
