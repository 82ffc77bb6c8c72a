package sip

import (
	"net/netip"
	"strings"

	sipmsg "github.com/emiago/sipgo/sip"

	"dialtone/sip/registrar"
)

// read takes what a REGISTER says out of the library's message. The error's text is
// the reason phrase of the 400.
func (s *Server) read(req *sipmsg.Request) (*registration, error) {
	r := &registration{}
	r.Expires = registrar.Absent
	if err := r.setURI([]byte(req.Recipient.String())); err != nil {
		return r, err
	}
	to, callID, cseq := req.To(), req.CallID(), req.CSeq()
	switch {
	case to == nil:
		return r, errTo
	case callID == nil || callID.Value() == "":
		return r, errCallID
	case cseq == nil || cseq.MethodName != sipmsg.REGISTER:
		return r, errCSeq
	}
	if err := r.setTo([]byte(to.Value())); err != nil {
		return r, err
	}
	r.CallID, r.CSeq = []byte(callID.Value()), cseq.SeqNo
	for _, h := range req.GetHeaders("Contact") {
		if err := r.addContacts([]byte(h.Value())); err != nil {
			return r, err
		}
	}
	for _, h := range req.GetHeaders("Authorization") {
		r.authorization = append(r.authorization, []byte(h.Value()))
	}
	if h := req.GetHeader("Expires"); h != nil {
		r.setExpires([]byte(h.Value()))
	}
	if h := req.GetHeader("User-Agent"); h != nil {
		r.UserAgent = []byte(h.Value())
	}
	r.Path = []byte(joined(req, "Path"))
	return r, s.setFlow(r, req)
}

// setFlow says where the request came from.
func (s *Server) setFlow(r *registration, req *sipmsg.Request) error {
	source, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		return err
	}
	r.Source = netip.AddrPortFrom(source.Addr().Unmap(), source.Port())
	r.Transport = registrar.UDP
	if strings.EqualFold(req.Transport(), "tcp") {
		r.Transport = registrar.TCP
		r.Connection = s.connections.id(r.Source)
	}
	return nil
}

// joined is the values of all headers of a name, as one list.
func joined(req *sipmsg.Request, name string) string {
	var values []string
	for _, h := range req.GetHeaders(name) {
		values = append(values, h.Value())
	}
	return strings.Join(values, ", ")
}
