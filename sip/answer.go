package sip

import (
	"strconv"
	"time"

	"dialtone/sip/digest"
	"dialtone/sip/registrar"
	"dialtone/sip/wire"
)

// methods are what Allow names.
const methods = "INVITE, ACK, CANCEL, BYE, REGISTER, OPTIONS, SUBSCRIBE, NOTIFY, REFER, INFO, UPDATE, PRACK"

// flowTimer is how often, in seconds, a phone on an outbound flow shows that it is
// there (RFC 5626 4.4.1); a connection is closed after twice that of silence.
const flowTimer = 120

// answer is what a request is answered with. The zero answer is silence.
type answer struct {
	status int
	reason string
	// challenge is for a 401 or 407: a new nonce for the identity's realm.
	challenge bool
	// bindings, proof and the rest go into a 200 to a REGISTER.
	bindings []registrar.Binding
	proof    bool // Authentication-Info
	accepted bool
	// minExpires goes into a 423, retryAfter into a 503, in seconds.
	minExpires, retryAfter int
	// header is one more header line.
	header string
	// result is the metric's label, closed list.
	result string
}

// Results of a REGISTER, the metric's labels.
const (
	resultOK          = "ok"
	resultChallenged  = "challenged"
	resultStale       = "stale"
	resultRefused     = "refused"
	resultForbidden   = "forbidden"
	resultMalformed   = "malformed"
	resultUnavailable = "unavailable"
	resultLimited     = "limited"
	resultDropped     = "dropped"
	resultOverload    = "overload"
)

// append appends the response to m.
func (w *worker) append(dst []byte, m *wire.Message, a *answer, id *identity, f flow, now time.Time) []byte {
	w.headers = w.appendHeaders(w.headers[:0], a, id, now)
	return wire.AppendResponse(dst, m, &wire.Response{
		Status: a.status, Reason: a.reason, Source: f.source, Key: &w.edge.tagKey, Headers: w.headers,
	})
}

func (w *worker) appendHeaders(h []byte, a *answer, id *identity, now time.Time) []byte {
	if a.challenge {
		w.nonce = w.edge.nonces.Append(w.nonce[:0], id.realm, now)
		name := "WWW-Authenticate"
		if a.status == 407 {
			name = "Proxy-Authenticate"
		}
		h = digest.AppendChallenges(h, name, &digest.Challenge{
			Realm: id.realm, Nonce: w.nonce, Algorithms: algorithms(id.domain), Stale: id.stale,
		})
	}
	if a.accepted {
		h = w.appendAccepted(h, a, now)
	}
	if a.proof && id.credentials.QOP != digest.NoQOP { // without qop there is nothing to prove with
		h = append(h, "Authentication-Info: "...)
		h = w.verifier.AppendAuthenticationInfo(h, &id.credentials, id.ha1, nil)
		h = append(h, "\r\n"...)
	}
	if a.minExpires > 0 {
		h = appendNumber(h, "Min-Expires: ", a.minExpires)
	}
	if a.retryAfter > 0 {
		h = appendNumber(h, "Retry-After: ", a.retryAfter)
	}
	h = append(h, a.header...)
	if a.status == 405 || !a.accepted && a.status == 200 {
		h = append(h, "Allow: "+methods+"\r\n"...)
	}
	return append(h, w.edge.serverHeader...)
}

// appendAccepted appends what a 200 to a REGISTER tells (RFC 3261 10.3 step 8).
func (w *worker) appendAccepted(h []byte, a *answer, now time.Time) []byte {
	r := &w.reg
	for i := range a.bindings {
		h = append(h, "Contact: "...)
		h = appendContact(h, &a.bindings[i], r.gruu, now)
		h = append(h, "\r\n"...)
	}
	if len(r.Path) > 0 {
		h = append(append(append(h, "Path: "...), r.Path...), "\r\n"...)
	}
	if r.outbound && usesOutbound(r) {
		h = append(h, "Require: outbound\r\n"...)
		h = appendNumber(h, "Flow-Timer: ", flowTimer)
	}
	h = append(h, "Date: "...)
	h = now.UTC().AppendFormat(h, "Mon, 02 Jan 2006 15:04:05 GMT")
	return append(h, "\r\n"...)
}

func usesOutbound(r *registration) bool {
	for i := range r.Contacts {
		if r.Contacts[i].RegID != 0 && len(r.Contacts[i].Instance) > 0 {
			return true
		}
	}
	return false
}

func appendNumber(h []byte, name string, n int) []byte {
	return append(strconv.AppendInt(append(h, name...), int64(n), 10), "\r\n"...)
}

// appendContact appends the Contact value of a binding, with its public GRUU
// (RFC 5627 3.3) where the phone knows of GRUUs.
func appendContact(dst []byte, b *registrar.Binding, gruu bool, now time.Time) []byte {
	dst = append(append(append(dst, '<'), b.Contact...), ">;expires="...)
	dst = strconv.AppendInt(dst, b.Remaining(now), 10)
	if b.Q != registrar.FullQ {
		dst = append(dst, ";q=0."...)
		for weight := uint16(100); weight > 0; weight /= 10 {
			dst = append(dst, byte('0'+b.Q/weight%10))
		}
	}
	if !b.Instance.IsZero() {
		dst = append(dst, `;+sip.instance="`...)
		start := len(dst)
		dst = b.Instance.Append(dst)
		urn := instanceURN(dst[start:])
		dst = append(dst, '"')
		if gruu && len(urn) > 0 {
			dst = append(append(append(append(append(dst, `;pub-gruu="sip:`...), b.AOR...), ";gr="...), urn...), '"')
		}
	}
	if b.RegID != 0 {
		dst = strconv.AppendUint(append(dst, ";reg-id="...), uint64(b.RegID), 10)
	}
	return dst
}

// instanceURN is an instance without its brackets, nil for one that a URI parameter
// cannot carry as it is.
func instanceURN(instance []byte) []byte {
	n := len(instance)
	if n < 3 || instance[0] != '<' || instance[n-1] != '>' {
		return nil
	}
	for _, c := range instance[1 : n-1] {
		if c <= ' ' || c >= 0x7f || c == '"' || c == ';' || c == '?' || c == '<' || c == '>' || c == '\\' {
			return nil
		}
	}
	return instance[1 : n-1]
}
