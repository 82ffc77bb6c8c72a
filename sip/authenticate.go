package sip

import (
	"time"

	"dialtone/e911/number"
	"dialtone/sip/digest"
	"dialtone/sip/registrar"
	"dialtone/sip/wire"
	"dialtone/store"
	"dialtone/store/record"
)

// identity is what is known of a request's sender after authenticate.
type identity struct {
	// user is nil when the request has to be challenged.
	user *store.SIPUser
	// domain is nil when there is none of the name.
	domain *record.Domain
	// stale: the response was right but its nonce is no longer good.
	stale bool
	// replayed: the credentials were used before; nothing may be changed with them.
	replayed bool
	// cause is why credentials were not accepted, empty when there were none.
	cause registrar.Cause
	// ha1 and credentials prove the server's own knowledge in Authentication-Info.
	ha1         []byte
	credentials digest.Credentials
}

// authenticate finds the credentials for the request's domain and checks them. The
// same work is done whether the user exists or not.
func (s *Server) authenticate(r *registration, method string, now time.Time) identity {
	var id identity
	realm := string(r.domain)
	found := false
	for _, value := range r.authorization[:min(len(r.authorization), maxAuthorization)] {
		c, err := digest.ParseCredentials(value)
		if err == nil && string(c.Realm) == realm {
			id.credentials, found = c, true
			break
		}
	}
	s.store.View(func(v *store.View) {
		id.domain, _ = v.Domain(r.domain)
		if found {
			id.user, id.cause = s.lookUp(v, r, &id, now)
		}
	})
	if !found {
		return id
	}
	s.verify(r, method, &id, now)
	return id
}

// lookUp finds who the credentials name; the cause says why he may not use them.
func (s *Server) lookUp(v *store.View, r *registration, id *identity, now time.Time) (*store.SIPUser, registrar.Cause) {
	if id.domain == nil {
		return nil, registrar.CauseUnknownDomain
	}
	name := wire.AppendLower(nil, id.credentials.Username)
	u, ok := v.SIPUser(r.domain, name)
	switch {
	case !ok && len(v.Attached(id.domain.ID)) == 0:
		return nil, registrar.CauseListNotAttached
	case !ok && v.HasUsername(id.domain.Account, string(name)):
		return nil, registrar.CauseListNotAttached
	case !ok:
		return nil, registrar.CauseUnknownUser
	case !u.Credential.Enabled:
		return u, registrar.CauseDisabled
	case u.Credential.Expired(now):
		return u, registrar.CauseExpired
	}
	return u, ""
}

// verify checks the response and the nonce, and leaves id.user only when the
// credentials are right and may be used.
func (s *Server) verify(r *registration, method string, id *identity, now time.Time) {
	c := &id.credentials
	user, refused := id.user, id.cause
	id.user = nil
	algorithms := digest.AlgorithmsOf(digest.MD5)
	if id.domain != nil {
		if set, err := digest.ParseAlgorithms(id.domain.DigestAlgorithms); err == nil {
			algorithms = set
		}
	}
	if user != nil {
		id.ha1 = user.MD5
		if c.Algorithm == digest.SHA256 {
			id.ha1 = user.SHA256
		}
	}
	verifier := s.verifiers.Get().(*digest.Verifier)
	defer s.verifiers.Put(verifier)
	want := digest.Expected{Method: method, URI: r.uri, Realm: string(r.domain), Algorithms: algorithms}
	err := verifier.Verify(c, want, id.ha1)
	fresh := s.nonces.Verify(c.Nonce, want.Realm, now)
	switch {
	case err != nil && refused == "":
		id.cause = registrar.CauseWrongPassword
		return
	case err != nil || refused != "":
		return
	}
	if fresh == digest.Fresh {
		fresh = s.nonces.Use(c.Nonce, c.Count, now)
	}
	switch fresh {
	case digest.Stale, digest.Forged:
		// A nonce that is not ours, answered with the right password, is one from before
		// a restart: with stale=true the phone tries again by itself.
		id.stale = true
	case digest.Replayed:
		id.user, id.replayed = user, true
	case digest.Fresh:
		id.user = user
	}
}

// allowed tells why an authenticated user may not register what he asks for. A
// credential's own name is never a reserved one: the store sees to that.
func allowed(r *registration, u *store.SIPUser) registrar.Cause {
	switch {
	case string(r.host) == u.Domain.Domain && wire.EqualFold(r.user, u.Credential.Username):
	case isReserved(string(r.user)):
		return registrar.CauseReservedName
	default:
		return registrar.CauseAORMismatch
	}
	if !u.Registers {
		return registrar.CauseWrongUse
	}
	return ""
}

func isReserved(name string) bool {
	_, reserved := number.Reserved(name, nil, nil, nil)
	return reserved
}
