package load

import "bytes"

// Bounds, in octets: with them every request fits into [maxDatagram].
const (
	maxUser   = 64
	maxDomain = 128
	maxNonce  = 256
)

// accepts says whether the phone answers a challenge: the first, and one more when
// it says that only the nonce was too old.
func (p *phone) accepts(c *challenge) bool {
	if len(c.nonce) == 0 || len(c.nonce) > maxNonce || len(c.realm) > maxDomain || len(c.opaque) > maxDomain {
		return false
	}
	return p.challenges == 0 || p.challenges == 1 && c.stale
}

// take makes the phone's next request answer the challenge.
func (w *worker) take(index int, c *challenge) {
	p := &w.phones[index]
	p.nonce = append(p.nonce[:0], c.nonce...)
	p.opaque = append(p.opaque[:0], c.opaque...)
	p.qop, p.nc, p.authorised = c.qop, 0, true
	p.challenges++
	if p.hasRealm(c.realm) {
		return
	}
	p.realm = bytes.Clone(c.realm)
	w.secret(&p.ha1, p.user, p.realm, w.cfg.Accounts[w.first+index].Password)
}

func (p *phone) hasRealm(realm []byte) bool {
	if p.realm == nil {
		return p.domain == string(realm)
	}
	return bytes.Equal(p.realm, realm)
}

// check compares the contacts of a 200 with what the phone asked for.
func (w *worker) check(p *phone, datagram []byte) {
	if w.cfg.Unchecked {
		return
	}
	w.match = append(appendContactURI(w.match[:0], p, w.sockets[p.socket].address), '>')
	if bytes.Contains(datagram, w.match) == (p.action == unregister) {
		w.Wrong++
	}
}
