package sip

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"

	sipmsg "github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
	"dialtone/sip/registrar"
	"dialtone/store"
)

// The library carries what the front found out about a message to the handler as one
// more header. Its name is new in each process and never leaves it, so nobody else can
// write it: what goes out is made by us, header by header.

// newOriginHeader is the header's name.
func newOriginHeader() string {
	var secret [16]byte
	rand.Read(secret[:]) // never fails (crypto/rand)
	return "X-" + hex.EncodeToString(secret[:])
}

// Marks in the header.
const (
	markTrunk     = 't'
	markEmergency = 'e'
	markReplayed  = 'r'
)

// passed is a message for the library, which keeps it: with the header, and with a wish for
// rport where the answer has to go back to the source whatever the sender says.
func (w *worker) passed(data []byte, f flow) []byte {
	data = bytes.TrimLeft(data, "\r\n")
	if !w.msg.Request {
		return bytes.Clone(data)
	}
	const more = 256
	line := bytes.IndexByte(data, '\n') + 1
	dst := make([]byte, 0, len(data)+more)
	dst = append(dst, data[:line]...)
	dst = append(append(dst, w.edge.originHeader...), ": "...)
	dst = w.appendOrigin(dst, f)
	dst = append(dst, "\r\n"...)
	data = data[line:]
	via := &w.msg.Top
	if f.transport == registrar.UDP && !via.RPort && via.ResponseAddr(f.source) == f.source {
		dst, data = appendAfter(dst, data, via.Value, ";rport")
	}
	if w.admitted.tag != "" && w.msg.To.Tag == nil {
		dst, data = appendAfter(dst, data, w.msg.To.Value, ";tag="+w.admitted.tag)
	}
	return append(dst, data...)
}

// appendAfter appends data up to and with value, then more, and returns what of data is
// left.
func appendAfter(dst, data, value []byte, more string) (_, rest []byte) {
	i := bytes.Index(data, value)
	if i < 0 || len(value) == 0 {
		return dst, data
	}
	i += len(value)
	return append(append(dst, data[:i]...), more...), data[i:]
}

// appendOrigin appends transport, listener, connection, source, marks, and the user's
// domain and name in hex.
func (w *worker) appendOrigin(dst []byte, f flow) []byte {
	a := &w.admitted
	dst = append(append(dst, f.transport.String()...), ' ')
	dst = append(strconv.AppendUint(dst, uint64(f.listener), 10), ' ')
	dst = append(strconv.AppendUint(dst, f.connection, 10), ' ')
	dst = append(f.source.AppendTo(dst), " -"...)
	if a.trunk {
		dst = append(dst, markTrunk)
	}
	if a.emergency {
		dst = append(dst, markEmergency)
	}
	if a.replayed {
		dst = append(dst, markReplayed)
	}
	if a.user != nil {
		dst = hex.AppendEncode(append(dst, ' '), []byte(a.user.Domain.Domain))
		dst = hex.AppendEncode(append(dst, ' '), []byte(strings.ToLower(a.user.Credential.Username)))
	}
	return dst
}

// origin takes the header out of a request; false when it is not as the front made it.
func (s *Server) origin(req *sipmsg.Request) (o dialog.Origin, ok bool) {
	h := req.GetHeader(s.originHeader)
	if h == nil {
		return o, false
	}
	parts := strings.Split(h.Value(), " ")
	for req.RemoveHeader(s.originHeader) {
	}
	if len(parts) < 5 {
		return o, false
	}
	listener, err1 := strconv.ParseUint(parts[1], 10, 16)
	connection, err2 := strconv.ParseUint(parts[2], 10, 64)
	source, err3 := netip.ParseAddrPort(parts[3])
	if err1 != nil || err2 != nil || err3 != nil {
		return o, false
	}
	o.Flow = dialog.Flow{Transport: parts[0], Remote: source, Listener: uint16(listener), Connection: connection}
	if strings.IndexByte(parts[4], markTrunk) >= 0 {
		if trunks := s.trunks.Recognise(source); len(trunks) > 0 {
			o.Trunk = trunks[0]
		}
	}
	o.Emergency = strings.IndexByte(parts[4], markEmergency) >= 0
	o.Replayed = strings.IndexByte(parts[4], markReplayed) >= 0
	if len(parts) == 7 {
		domain, err1 := hex.DecodeString(parts[5])
		name, err2 := hex.DecodeString(parts[6])
		if err1 != nil || err2 != nil {
			return o, false
		}
		s.store.View(func(v *store.View) { o.User, _ = v.SIPUser(domain, name) })
		if o.User == nil { // gone since the front looked
			return o, false
		}
	}
	return o, true
}
