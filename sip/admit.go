package sip

import (
	"time"

	"dialtone/sip/registrar"
	"dialtone/sip/wire"
	"dialtone/store"
)

// admitted is what the front found out about the sender of a message it passes on.
type admitted struct {
	user      *store.SIPUser // whose credentials it carries, or whose flow it came by
	trunk     bool           // its source is a provider account's
	emergency bool           // it calls an emergency number
	replayed  bool           // its credentials were used before
}

// admit decides about a request that is neither REGISTER nor OPTIONS. What gets through
// makes a transaction and memory, so nobody unknown does: a request outside a dialog
// has credentials or comes from a trunk, one within a dialog names a dialog of ours,
// and a CANCEL, or the ACK to a refusal, comes from where its INVITE did.
func (w *worker) admit(data []byte, f flow, now time.Time) (verdict, answer, identity) {
	s, m := w.edge, &w.msg
	w.admitted = admitted{}
	method := string(m.Method)
	switch {
	case method == "CANCEL":
		if !s.pending.has(m.CallID, m.CSeq, f.source) {
			return reply, answer{status: 481}, identity{}
		}
		return pass, answer{}, identity{}
	case m.To.Tag != nil && s.tags.has(m.To.Tag):
		return pass, answer{}, identity{}
	case method == "ACK":
		if !s.pending.has(m.CallID, m.CSeq, f.source) {
			return drop, answer{}, identity{}
		}
		return pass, answer{}, identity{}
	case m.To.Tag != nil:
		return reply, answer{status: 481}, identity{}
	case !served(m.Method):
		return reply, answer{status: 405}, identity{}
	}
	w.admitted.emergency = method == "INVITE" && s.emergency(data)
	if s.fromTrunk(f) && !w.hasLiveFrom(f, now) {
		w.admitted.trunk = true
		return pass, answer{}, identity{}
	}
	return w.admitPhone(f, now)
}

// served tells the methods that may begin something.
func served(method []byte) bool {
	switch string(method) {
	case "INVITE", "SUBSCRIBE":
		return true
	}
	return false
}

// admitPhone wants credentials. An emergency call over the flow of a live binding needs
// none, and one with the right password of a disabled or expired credential is taken.
func (w *worker) admitPhone(f flow, now time.Time) (verdict, answer, identity) {
	s, m := w.edge, &w.msg
	if w.admitted.emergency {
		if w.admitted.user = w.owner(f, now); w.admitted.user != nil {
			return pass, answer{}, identity{}
		}
	}
	challenge := answer{status: 407, reason: "Proxy Authentication Required", challenge: true}
	credentials := m.ProxyAuthorization
	if string(m.Method) == "SUBSCRIBE" {
		challenge.status, challenge.reason, credentials = 401, "Unauthorized", m.Authorization
	}
	w.reg.readCaller(m, credentials, s)
	id := w.authenticate(string(m.Method), now)
	if id.user == nil && id.refused != nil && w.admitted.emergency {
		id.user = id.refused
	}
	switch {
	case id.user == nil:
		if id.cause != "" && !id.stale {
			s.failed(&w.reg, &id, id.cause, now)
		}
		return reply, challenge, id
	case !id.user.Calls && !w.admitted.emergency:
		s.failed(&w.reg, &id, registrar.CauseWrongUse, now)
		return reply, answer{status: 403}, id
	}
	w.admitted.user, w.admitted.replayed = id.user, id.replayed
	return pass, answer{}, id
}

// owner is the user whose binding's flow a message came by, one that is live or was within
// the last day, judged by its From.
func (w *worker) owner(f flow, now time.Time) (u *store.SIPUser) {
	if !w.hadFrom(f, now) {
		return nil
	}
	from := &w.msg.From.URI
	w.name = wire.AppendLower(w.name[:0], w.name) // hasLiveFrom left the user there
	w.edge.store.View(func(v *store.View) {
		domain := wire.AppendLower(nil, from.Host)
		u, _ = v.SIPUser(domain, w.name)
	})
	return u
}

// readCaller takes what credentials are checked against out of a request other than
// REGISTER. Its realm is the domain of ours that From names, else the one the
// Request-URI or To names.
func (r *registration) readCaller(m *wire.Message, credentials [][]byte, s *Server) {
	*r = registration{
		domain: r.domain[:0], user: r.user[:0], host: r.host[:0], path: r.path[:0],
		Request: registrar.Request{AOR: r.AOR[:0], Contacts: r.Contacts[:0]},
	}
	r.uri, r.authorization = m.RequestURI, credentials
	r.CallID, r.CSeq, r.UserAgent = m.CallID, m.CSeq, m.UserAgent
	user, ok := wire.AppendUnescaped(r.user, m.From.URI.User)
	if ok {
		r.user = user
	}
	hosts := [...][]byte{m.From.URI.Host, m.Target.Host, m.To.URI.Host}
	r.domain = wire.AppendLower(r.domain, hosts[0])
	s.store.View(func(v *store.View) {
		for _, host := range hosts {
			if len(host) == 0 || len(host) > maxDomain {
				continue
			}
			r.host = wire.AppendLower(r.host[:0], host)
			if _, ok := v.Domain(r.host); ok {
				r.domain = append(r.domain[:0], r.host...)
				return
			}
		}
	})
}
