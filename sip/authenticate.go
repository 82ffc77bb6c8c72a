package sip

import (
	"net/netip"
	"time"

	"dialtone/e911/number"
	"dialtone/sip/digest"
	"dialtone/sip/registrar"
	"dialtone/sip/wire"
	"dialtone/store"
	"dialtone/store/record"
)

// maxAuthorization is how many Authorization values are looked at.
const maxAuthorization = 10

// identity is what is known of a request's sender after authenticate.
type identity struct {
	// user is nil when the request has to be challenged.
	user *store.SIPUser
	// refused is whose right credentials may not be used, for the cause.
	refused *store.SIPUser
	// domain is nil when there is none of the name.
	domain *record.Domain
	// realm is what the sender is challenged for.
	realm string
	// stale: the response was right but its nonce is no longer good.
	stale bool
	// replayed: the credentials were used before; nothing may be changed with them.
	replayed bool
	// cause is why credentials were not accepted, empty when there were none.
	cause registrar.Cause
	// genuine: the nonce is ours, so the sender does receive what is sent to the
	// source; only then a failure counts against it.
	genuine bool
	// ha1 and credentials prove the server's own knowledge in Authentication-Info.
	ha1         []byte
	credentials digest.Credentials
}

// authenticate finds the credentials for the request's domain and checks them. The
// same work is done whether the user exists or not.
func (w *worker) authenticate(method string, now time.Time) (id identity) {
	r := &w.reg
	found := false
	for _, value := range r.authorization[:min(len(r.authorization), maxAuthorization)] {
		c, err := digest.ParseCredentials(value)
		if err == nil && string(c.Realm) == string(r.domain) {
			id.credentials, found = c, true
			break
		}
	}
	w.name = wire.AppendLower(w.name[:0], id.credentials.Username)
	w.edge.store.View(func(v *store.View) {
		id.domain, _ = v.Domain(r.domain)
		if found {
			id.user, id.cause = w.lookUp(v, id.domain, now)
		}
	})
	if id.domain != nil {
		id.realm = id.domain.Domain
	} else {
		id.realm = string(r.domain)
	}
	if found {
		w.verify(method, &id, now)
	}
	return id
}

// lookUp finds who the credentials name; the cause says why he may not use them.
func (w *worker) lookUp(v *store.View, domain *record.Domain, now time.Time) (*store.SIPUser, registrar.Cause) {
	if domain == nil {
		return nil, registrar.CauseUnknownDomain
	}
	u, ok := v.SIPUser(w.reg.domain, w.name)
	switch {
	case !ok && len(v.Attached(domain.ID)) == 0:
		return nil, registrar.CauseListNotAttached
	case !ok && v.HasUsername(domain.Account, string(w.name)):
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
func (w *worker) verify(method string, id *identity, now time.Time) {
	c := &id.credentials
	user, refused := id.user, id.cause
	id.user = nil
	if user != nil {
		id.ha1 = user.MD5
		if c.Algorithm == digest.SHA256 {
			id.ha1 = user.SHA256
		}
	}
	want := digest.Expected{Method: method, URI: w.reg.uri, Realm: id.realm, Algorithms: algorithms(id.domain)}
	want.AnyURI = !digest.SameURI(c.URI, want.URI) && namesAddress(c.URI)
	err := w.verifier.Verify(c, want, id.ha1)
	fresh := w.edge.nonces.Verify(c.Nonce, want.Realm, now)
	id.genuine = fresh != digest.Forged
	switch {
	case err != nil && refused == "":
		id.cause = registrar.CauseWrongPassword
		return
	case err != nil:
		return
	case refused != "":
		if fresh == digest.Fresh && w.edge.nonces.Use(c.Nonce, c.Count, now) == digest.Fresh {
			id.refused = user
		}
		return
	}
	if fresh == digest.Fresh {
		fresh = w.edge.nonces.Use(c.Nonce, c.Count, now)
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

// namesAddress tells whether a digest uri is an IP address without a user. Some clients
// (sipp 3.6) put the address they send to there, not the Request-URI; it stands for
// this registrar as well, and the realm says for which of its domains.
func namesAddress(uri []byte) bool {
	u, err := wire.ParseURI(uri)
	if err != nil || len(u.User) > 0 {
		return false
	}
	_, err = netip.ParseAddr(string(u.Host))
	return err == nil
}

// algorithms are those a domain offers; what is unknown is asked for MD5 like most.
func algorithms(d *record.Domain) (set digest.Algorithms) {
	if d == nil {
		return digest.AlgorithmsOf(digest.MD5)
	}
	for _, name := range d.DigestAlgorithms {
		switch name {
		case record.AlgorithmMD5:
			set |= 1 << digest.MD5
		case record.AlgorithmSHA256:
			set |= 1 << digest.SHA256
		}
	}
	return set
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
