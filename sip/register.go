package sip

import (
	"context"
	"errors"
	"time"

	"dialtone/sip/digest"
	"dialtone/sip/registrar"
	"dialtone/store/record"
)

// answer is what a REGISTER is answered with.
type answer struct {
	status int
	reason string
	// challenge is set for a 401.
	challenge *digest.Challenge
	// bindings and info go into a 200.
	bindings []registrar.Binding
	info     []byte // Authentication-Info
	path     []byte
	// minExpires goes into a 423, retryAfter into a 503, in seconds.
	minExpires, retryAfter int
	// superseded are connections nothing uses any more.
	superseded []uint64
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
)

// register decides about a REGISTER and, when it is accepted, returns once the
// change is on disk.
func (s *Server) register(ctx context.Context, r *registration) answer {
	now := s.now()
	id := s.authenticate(r, "REGISTER", now)
	switch {
	case id.stale:
		return s.challenge(r, id, resultStale, now)
	case id.user == nil:
		if id.cause != "" {
			s.failed(r, id, id.cause, now)
			return s.challenge(r, id, resultRefused, now)
		}
		return s.challenge(r, id, resultChallenged, now)
	}
	if cause := allowed(r, id.user); cause != "" {
		s.failed(r, id, cause, now)
		return answer{status: 403, reason: "Forbidden", result: resultForbidden}
	}
	c := id.user.Credential
	r.AOR = []byte(c.Username + "@" + id.user.Domain.Domain)
	r.Account, r.Credential, r.Replayed = string(c.Account), string(c.ID), id.replayed
	res, err := s.registrar.Update(ctx, &r.Request, now)
	if err != nil {
		return s.refuse(r, id, err, now)
	}
	if !s.stillEntitled(ctx, c.Account, r.AOR) {
		return s.challenge(r, identity{domain: id.domain}, resultRefused, now)
	}
	a := answer{status: 200, reason: "OK", bindings: res.Bindings, superseded: res.Superseded, path: r.Path, result: resultOK}
	v := s.verifiers.Get().(*digest.Verifier)
	a.info = v.AppendAuthenticationInfo(nil, &id.credentials, id.ha1, nil)
	s.verifiers.Put(v)
	return a
}

// challenge asks for credentials; it looks alike whatever the reason, but for
// stale=true to somebody who knows the password.
func (s *Server) challenge(r *registration, id identity, result string, now time.Time) answer {
	realm := string(r.domain)
	algorithms := digest.AlgorithmsOf(digest.MD5)
	if id.domain != nil {
		if set, err := digest.ParseAlgorithms(id.domain.DigestAlgorithms); err == nil {
			algorithms = set
		}
	}
	return answer{
		status: 401, reason: "Unauthorized", result: result,
		challenge: &digest.Challenge{
			Realm: realm, Nonce: s.nonces.Append(nil, realm, now), Algorithms: algorithms, Stale: id.stale,
		},
	}
}

// refuse turns the registrar's refusal into an answer.
func (s *Server) refuse(r *registration, id identity, err error, now time.Time) answer {
	if errors.Is(err, registrar.ErrReplayed) {
		id.stale = true
		return s.challenge(r, id, resultStale, now)
	}
	var refusal *registrar.Error
	if !errors.As(err, &refusal) {
		s.log.Error("cannot register", "aor", string(r.AOR), "err", err)
		return answer{status: 503, reason: "Service Unavailable", retryAfter: 5, result: resultUnavailable}
	}
	if refusal.Cause != "" {
		s.failed(r, id, refusal.Cause, now)
	}
	a := answer{status: refusal.Status, reason: refusal.Reason, minExpires: refusal.MinExpires, retryAfter: refusal.RetryAfter, result: resultRefused}
	if refusal.Status == 503 {
		a.result = resultUnavailable
		s.log.Error("cannot register", "aor", string(r.AOR), "err", err)
	}
	return a
}

// failed records why somebody could not register, for the account that has the
// domain; without one only the log tells.
func (s *Server) failed(r *registration, id identity, cause registrar.Cause, now time.Time) {
	s.metrics.failures.WithLabelValues(string(cause)).Inc()
	aor := string(r.user) + "@" + string(r.domain)
	if id.domain == nil {
		s.log.Debug("registration refused", "aor", aor, "src", r.Source, "cause", cause)
		return
	}
	s.failures.Add(record.RegistrationFailure{
		Account: id.domain.Account, Time: now.UTC(), AOR: aor, Source: r.Source.String(),
		Agent: string(r.UserAgent), Cause: string(cause), Advice: cause.Advice(), Count: 1,
	})
}
