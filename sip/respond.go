package sip

import (
	"strconv"
	"time"

	sipmsg "github.com/emiago/sipgo/sip"

	"dialtone/sip/digest"
	"dialtone/sip/registrar"
)

// methods are what Allow names.
const methods = "REGISTER, OPTIONS"

// response writes an answer for the library to send.
func (s *Server) response(req *sipmsg.Request, a answer) *sipmsg.Response {
	res := sipmsg.NewResponseFromRequest(req, a.status, a.reason, nil)
	if c := a.challenge; c != nil {
		for _, alg := range []digest.Algorithm{digest.SHA256, digest.MD5} { // RFC 8760 2.4: strongest first
			if c.Algorithms.Has(alg) {
				add(res, "WWW-Authenticate", string(digest.AppendChallenge(nil, alg, c)))
			}
		}
	}
	now := s.now()
	for i := range a.bindings {
		add(res, "Contact", string(appendContact(nil, &a.bindings[i], now)))
	}
	if len(a.path) > 0 {
		add(res, "Path", string(a.path))
	}
	if len(a.info) > 0 {
		add(res, "Authentication-Info", string(a.info))
	}
	if a.minExpires > 0 {
		add(res, "Min-Expires", strconv.Itoa(a.minExpires))
	}
	if a.retryAfter > 0 {
		add(res, "Retry-After", strconv.Itoa(a.retryAfter))
	}
	if a.status == 200 {
		add(res, "Date", now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	}
	add(res, "Allow", methods)
	add(res, "Server", "dialtone/"+s.version)
	return res
}

func add(res *sipmsg.Response, name, value string) {
	res.AppendHeader(sipmsg.NewHeader(name, value))
}

// appendContact appends the Contact value of a binding (RFC 3261 10.3 step 8).
func appendContact(dst []byte, b *registrar.Binding, now time.Time) []byte {
	dst = append(append(append(dst, '<'), b.Contact...), ">;expires="...)
	dst = strconv.AppendInt(dst, b.Remaining(now), 10)
	if b.Q != registrar.FullQ {
		dst = append(dst, ";q=0."...)
		for weight := uint16(100); weight > 0; weight /= 10 {
			dst = append(dst, byte('0'+b.Q/weight%10))
		}
	}
	if b.Instance != "" {
		dst = append(append(append(dst, `;+sip.instance="`...), b.Instance...), '"')
	}
	if b.RegID != 0 {
		dst = strconv.AppendUint(append(dst, ";reg-id="...), uint64(b.RegID), 10)
	}
	return dst
}
