package load

import "strconv"

// composer writes the requests of one worker's phones.
type composer struct {
	hashes
	id      uint32 // the fleet's, in every branch and Call-ID
	expires int
	sockets []socket
}

// appendRequest appends the request of phone number index as it stands: the same bytes
// every time until the phone changes.
func (c *composer) appendRequest(dst []byte, p *phone, index uint32) []byte {
	here := c.sockets[p.socket].address
	dst = append(append(append(dst, "REGISTER sip:"...), p.domain...), " SIP/2.0\r\nVia: SIP/2.0/UDP "...)
	dst = append(append(append(dst, here...), ";branch="...), branchMark...)
	dst = appendHex(appendHex(appendHex(dst, c.id), index), p.seq)
	dst = append(dst, ";rport\r\nMax-Forwards: 70\r\nFrom: "...)
	dst = append(appendAOR(dst, p), ";tag="...)
	dst = append(appendHex(appendHex(dst, index), c.id), "\r\nTo: "...)
	dst = append(appendAOR(dst, p), "\r\nCall-ID: "...)
	dst = append(appendHex(appendHex(dst, c.id), index), "@phone.invalid\r\nCSeq: "...)
	dst = append(strconv.AppendUint(dst, uint64(p.seq), 10), " REGISTER\r\nContact: "...)
	dst = appendContact(dst, p, here)
	if p.action == rebind {
		dst = append(appendContact(append(dst, ", "...), p, c.sockets[p.old].address), ";expires=0"...)
	}
	if p.authorised {
		dst = c.appendCredentials(append(dst, "\r\nAuthorization: "...), p)
	}
	dst = append(dst, "\r\nExpires: "...)
	dst = strconv.AppendInt(dst, int64(c.lifetime(p)), 10)
	return append(dst, "\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY\r\n"+
		"User-Agent: dialtone-load\r\nContent-Length: 0\r\n\r\n"...)
}

func (c *composer) lifetime(p *phone) int {
	if p.action == unregister {
		return 0
	}
	return c.expires
}

func appendAOR(dst []byte, p *phone) []byte {
	dst = append(append(dst, "<sip:"...), p.user...)
	return append(append(append(dst, '@'), p.domain...), '>')
}

func appendContact(dst []byte, p *phone, address string) []byte {
	return append(appendContactURI(append(dst, '<'), p, address), '>')
}

// appendContactURI is how the registrar's answer names the binding.
func appendContactURI(dst []byte, p *phone, address string) []byte {
	dst = append(append(append(dst, "sip:"...), p.user...), '@')
	return append(dst, address...)
}

func (c *composer) appendCredentials(dst []byte, p *phone) []byte {
	dst = append(append(dst, `Digest username="`...), p.user...)
	dst = append(dst, `", realm="`...)
	if p.realm != nil {
		dst = append(dst, p.realm...)
	} else {
		dst = append(dst, p.domain...)
	}
	dst = append(append(dst, `", nonce="`...), p.nonce...)
	dst = append(append(dst, `", uri="sip:`...), p.domain...)
	dst = append(append(dst, `", response="`...), c.response(p)...)
	dst = append(dst, `", algorithm=MD5`...)
	if p.qop {
		dst = appendHex(append(dst, `, cnonce="`...), p.seq)
		dst = appendHex(append(dst, `", qop=auth, nc=`...), p.nc)
	}
	if len(p.opaque) > 0 {
		dst = append(append(append(dst, `, opaque="`...), p.opaque...), '"')
	}
	return dst
}
