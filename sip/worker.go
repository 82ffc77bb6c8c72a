package sip

import (
	"bytes"
	"errors"
	"time"

	"dialtone/sip/admission"
	"dialtone/sip/digest"
	"dialtone/sip/registrar"
	"dialtone/sip/wire"
	"dialtone/store/record"
)

// worker is the memory one goroutine decides about messages with.
type worker struct {
	edge     *Server
	msg      wire.Message
	reg      registration
	verifier digest.Verifier
	name     []byte // user name in lower case
	nonce    []byte
	headers  []byte
	aor      []byte
	bindings []registrar.Binding
	admitted admitted
	mended   []byte // what goes on instead of the message in hand; nil without
}

// verdict is what is to be done about a message.
type verdict uint8

const (
	// drop: no answer.
	drop verdict = iota
	// reply: the answer is complete.
	reply
	// update: the registrar is to be asked, with worker.reg.
	update
	// pass: the message is for the dialogs.
	pass
)

// decide looks at one message, as a whole in data, and says what is to be done.
func (w *worker) decide(data []byte, f flow, now time.Time) (v verdict, a answer, id identity) {
	s, m := w.edge, &w.msg
	w.mended = nil
	if a, shed := w.shed(data, f, now); shed {
		return reply, a, id
	}
	err := wire.Scan(data, m)
	if m.Odd&wire.OddFolded != 0 {
		wire.Unfold(data)
		err = wire.Scan(data, m)
	}
	if err != nil && w.mend(data) {
		data, err = w.mended, nil
	}
	if !m.Request {
		switch {
		case err != nil || s.requests.answered(m.Top.Branch, m.Status, f.source):
			return drop, a, id
		case s.awaited(f.source):
			return pass, a, id
		}
		return drop, a, id
	}
	banned, scanner := s.bans.Banned(f.source.Addr(), now), admission.Scanner(m.UserAgent)
	if (banned || scanner) && string(m.Method) != "REGISTER" && s.emergency(data) {
		banned, scanner = false, false
	}
	switch {
	case scanner:
		return drop, answer{result: resultDropped}, id
	case err != nil:
		return w.malformed(err, banned)
	case string(m.Method) == "REGISTER":
		return w.register(f, banned, now)
	case banned && !w.hasLiveFrom(f, now) && !w.known(f):
		return drop, a, id
	case string(m.Method) == "OPTIONS" && m.To.Tag == nil:
		if err := required(m); err != nil {
			return reply, err.answer(""), id
		}
		return reply, answer{status: 200, reason: "OK"}, id
	}
	return w.admit(data, f, now)
}

// mend makes of a call for help that cannot be taken as it is one that can; then that is
// the message in hand. Else all is as before.
func (w *worker) mend(data []byte) bool {
	if !w.edge.emergency(data) {
		return false
	}
	mended := wire.Mend(data)
	if wire.Scan(mended, &w.msg) != nil || !w.msg.Request || string(w.msg.Method) != "INVITE" {
		_ = wire.Scan(data, &w.msg) // for the answer
		return false
	}
	w.mended = mended
	return true
}

func (w *worker) malformed(err error, banned bool) (verdict, answer, identity) {
	fault, ok := errors.AsType[*wire.Error](err)
	if !ok || banned || !w.msg.Answerable {
		return drop, answer{result: resultMalformed}, identity{}
	}
	return reply, answer{status: fault.Status, reason: fault.Reason, result: resultMalformed}, identity{}
}

// register decides about a REGISTER as far as that goes without the registrar.
func (w *worker) register(f flow, banned bool, now time.Time) (verdict, answer, identity) {
	s, r := w.edge, &w.reg
	if err := r.read(&w.msg, f); err != nil {
		if banned {
			return drop, answer{result: resultDropped}, identity{}
		}
		return reply, err.answer(resultMalformed), identity{}
	}
	live := banned && w.hasLiveFlow(r.user, r.host, f, now)
	if banned && !live && !s.bearable(f, len(r.authorization) > 0, now) {
		return drop, answer{result: resultDropped}, identity{}
	}
	id := w.authenticate("REGISTER", now)
	switch {
	case live && len(w.name) > 0 && !bytes.EqualFold(w.name, r.user):
		return drop, answer{result: resultDropped}, id // a binding is no licence to guess another's password
	case id.stale:
		s.staled(r, &id, now)
		return reply, unauthorized(resultStale), id
	case id.user == nil && id.cause == "":
		s.challenged(r, f, now)
		return reply, unauthorized(resultChallenged), id
	case id.user == nil:
		s.failed(r, &id, id.cause, now)
		if banned {
			return drop, answer{result: resultDropped}, id
		}
		return reply, unauthorized(resultRefused), id
	}
	s.answered(f)
	cause := allowed(r, id.user)
	if cause == "" && !vouched(f.names, id.user) {
		cause = registrar.CauseOtherCertificate
	}
	if cause != "" {
		s.failed(r, &id, cause, now)
		return reply, answer{status: 403, reason: "Forbidden", result: resultForbidden}, id
	}
	c := id.user.Credential
	r.AOR = append(append(append(r.AOR[:0], c.Username...), '@'), id.user.Domain.Domain...)
	r.Account, r.Credential, r.Replayed = string(c.Account), string(c.ID), id.replayed
	if !s.rates.take(r.AOR, now) {
		s.failed(r, &id, registrar.CauseRateLimited, now)
		return reply, answer{status: 503, reason: "Service Unavailable", retryAfter: 1, result: resultLimited}, id
	}
	return update, answer{}, id
}

// bearable tells whether a banned source may be heard: what could be a phone of an
// honest user behind the same address is, at a bounded rate.
func (s *Server) bearable(f flow, hasCredentials bool, now time.Time) bool {
	if hasCredentials {
		return s.bans.MayCheck(f.source.Addr(), now)
	}
	return s.bans.MayChallenge(f.source.Addr(), now)
}

// unauthorized asks for credentials; it looks alike whatever the reason, but for
// stale=true to somebody who knows the password.
func unauthorized(result string) answer {
	return answer{status: 401, reason: "Unauthorized", challenge: true, result: result}
}

// accepted is the answer once the registrar has taken the request.
func accepted(bindings []registrar.Binding) answer {
	return answer{status: 200, reason: "OK", accepted: true, proof: true, bindings: bindings, result: resultOK}
}

// refused turns the registrar's refusal into an answer.
func (w *worker) refused(id *identity, err error, now time.Time) answer {
	s, r := w.edge, &w.reg
	if errors.Is(err, registrar.ErrReplayed) {
		id.stale = true
		return unauthorized(resultStale)
	}
	e, ok := errors.AsType[*registrar.Error](err)
	if !ok {
		s.log.Error("cannot register", "aor", string(r.AOR), "err", err)
		return answer{status: 503, reason: "Service Unavailable", retryAfter: 5, result: resultUnavailable}
	}
	if e.Cause != "" {
		s.failed(r, id, e.Cause, now)
	}
	a := answer{status: e.Status, reason: e.Reason, minExpires: e.MinExpires, retryAfter: e.RetryAfter, result: resultRefused}
	if e.Status == 503 {
		a.result = resultUnavailable
	}
	return a
}

// failed records why somebody could not register, for the account that has the
// domain, once he has answered a challenge of ours. Wrong credentials count against the
// source.
func (s *Server) failed(r *registration, id *identity, cause registrar.Cause, now time.Time) {
	s.metrics.failed(cause)
	if !id.genuine && !id.stale { // from an address that may be forged: no reason to do more
		return
	}
	aor := string(r.user) + "@" + string(r.domain)
	if guessing(cause) && id.genuine {
		s.guessed(r, aor, cause, now)
	}
	if id.domain == nil {
		return
	}
	s.failures.Add(record.RegistrationFailure{
		Account: id.domain.Account, Time: now.UTC(), AOR: aor, Source: r.Source.String(),
		Agent: string(r.UserAgent), Cause: string(cause), Advice: cause.Advice(), Count: 1,
	})
}

// guessing tells the causes that look like somebody trying names and passwords; the
// others are the administration's doing.
func guessing(c registrar.Cause) bool {
	switch c {
	case registrar.CauseUnknownDomain, registrar.CauseUnknownUser, registrar.CauseWrongPassword:
		return true
	}
	return false
}
