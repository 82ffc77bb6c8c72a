package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strconv"
)

// Response is what AppendResponse writes beside what it repeats from the request.
type Response struct {
	Status int
	Reason string // reason phrase; Phrase(Status) when empty
	// Source is where the request came from.
	Source netip.AddrPort
	// Key makes our To tags: the same request gets the same tag for as long as the
	// key is the same, so a retransmission needs no memory (RFC 3261 8.2.7).
	Key *[32]byte
	// Headers are more header lines, each with its line break.
	Headers []byte
}

// AppendResponse appends a response without body to an answerable request (see
// Message.Answerable): Via headers with received and rport, From, To with a tag,
// Call-ID and CSeq as RFC 3261 8.2.6 wants them. Folded headers become one line.
func AppendResponse(dst []byte, m *Message, r *Response) []byte {
	reason := r.Reason
	if reason == "" {
		reason = Phrase(r.Status)
	}
	dst = strconv.AppendInt(append(dst, version+" "...), int64(r.Status), 10)
	dst = append(append(dst, ' '), reason...)
	for i, value := range m.Vias {
		dst = append(dst, "\r\nVia: "...)
		if i == 0 {
			dst = m.Top.append(dst, r.Source)
			value = value[len(m.Top.Value):]
		}
		dst = appendUnfolded(dst, value)
	}
	dst = appendUnfolded(append(dst, "\r\nFrom: "...), m.From.Value)
	dst = appendUnfolded(append(dst, "\r\nTo: "...), m.To.Value)
	if m.To.valid && m.To.Tag == nil && r.Status > 100 && r.Key != nil {
		dst = AppendTag(append(dst, ";tag="...), m, r.Key)
	}
	dst = appendUnfolded(append(dst, "\r\nCall-ID: "...), m.CallID)
	dst = appendUnfolded(append(dst, "\r\nCSeq: "...), m.cseqValue)
	dst = append(append(dst, "\r\n"...), r.Headers...)
	return append(dst, "Content-Length: 0\r\n\r\n"...)
}

// AppendTag appends the To tag that responses to the request have: 80 bits in hex, made
// from its Call-ID and From tag.
func AppendTag(dst []byte, m *Message, key *[32]byte) []byte {
	var buf [sha256.Size + MaxCallID + 1 + MaxTag]byte
	in := append(buf[:0], key[:]...)
	in = append(append(in, m.CallID...), 0)
	sum := sha256.Sum256(append(in, m.From.Tag...))
	return hex.AppendEncode(dst, sum[:10])
}

// appendUnfolded appends a value without the line breaks of folding.
func appendUnfolded(dst, value []byte) []byte {
	for {
		i := bytes.IndexByte(value, '\r')
		if i < 0 {
			return append(dst, value...)
		}
		dst = append(dst, value[:i]...)
		value = value[i+1:]
		if len(value) > 0 && value[0] == '\n' {
			value = value[1:]
		}
	}
}

// Phrase is the usual reason phrase of a status code that is answered without a
// transaction (RFC 3261 21).
func Phrase(status int) string {
	switch status {
	case 100:
		return "Trying"
	case 200:
		return "OK"
	case 400:
		return "Bad Request"
	case 401:
		return "Unauthorized"
	case 403:
		return "Forbidden"
	case 404:
		return "Not Found"
	case 405:
		return "Method Not Allowed"
	case 407:
		return "Proxy Authentication Required"
	case 413:
		return "Request Entity Too Large"
	case 414:
		return "Request-URI Too Long"
	case 415:
		return "Unsupported Media Type"
	case 416:
		return "Unsupported URI Scheme"
	case 420:
		return "Bad Extension"
	case 421:
		return "Extension Required"
	case 423:
		return "Interval Too Brief"
	case 430:
		return "Flow Failed"
	case 439:
		return "First Hop Lacks Outbound Support"
	case 480:
		return "Temporarily Unavailable"
	case 481:
		return "Call/Transaction Does Not Exist"
	case 482:
		return "Loop Detected"
	case 483:
		return "Too Many Hops"
	case 486:
		return "Busy Here"
	case 500:
		return "Server Internal Error"
	case 501:
		return "Not Implemented"
	case 503:
		return "Service Unavailable"
	case 504:
		return "Server Time-out"
	case 505:
		return "Version Not Supported"
	case 513:
		return "Message Too Large"
	}
	return "Unknown"
}
