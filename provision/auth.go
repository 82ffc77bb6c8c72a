package provision

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"sync"

	"github.com/valyala/fasthttp"

	"dialtone/sip/digest"
	"dialtone/store"
)

// realm is what phones are asked for HTTP credentials in.
const realm = "provisioning"

const basicScheme = "Basic "

// offered are the Digest algorithms: phones know MD5.
var offered = digest.AlgorithmsOf(digest.MD5)

// httpAuth checks HTTP credentials (RFC 7617 Basic, RFC 7616 Digest).
type httpAuth struct {
	nonces    *digest.Nonces
	verifiers sync.Pool // *digest.Verifier
}

func newHTTPAuth() *httpAuth {
	var key [32]byte
	rand.Read(key[:]) // never fails
	a := &httpAuth{nonces: digest.NewNonces(digest.NonceConfig{Key: key, MaxUsed: 1 << 16})}
	a.verifiers.New = func() any { return &digest.Verifier{} }
	return a
}

// authenticated says whether the request carries its account's HTTP credentials.
func (s *Server) authenticated(r *request) bool {
	given := r.header.Peek(fasthttp.HeaderAuthorization)
	if len(given) == 0 {
		r.detail = "no HTTP credentials given"
		return false
	}
	r.detail = "wrong HTTP credentials"
	password, err := s.Store.Unseal(r.account.ID, store.FieldHTTPPassword, r.account.ProvisionPassSealed)
	if err != nil {
		r.err = err
		return false
	}
	var ok bool
	if len(given) > len(basicScheme) && strings.EqualFold(string(given[:len(basicScheme)]), basicScheme) {
		ok = basicMatches(given[len(basicScheme):], r.account.ProvisionUser, password)
	} else {
		ok = s.auth.digestMatches(r, given, password)
	}
	if ok {
		r.detail = ""
	}
	return ok
}

// basicMatches compares both parts in constant time.
func basicMatches(value []byte, user, password string) bool {
	text, err := base64.StdEncoding.AppendDecode(nil, bytes.TrimSpace(value))
	if err != nil {
		return false
	}
	given, want := sha256.Sum256(text), sha256.Sum256([]byte(user+":"+password))
	return subtle.ConstantTimeCompare(given[:], want[:]) == 1
}

func (a *httpAuth) digestMatches(r *request, given []byte, password string) bool {
	c, err := digest.ParseCredentials(given)
	if err != nil {
		return false
	}
	fresh := a.nonces.Verify(c.Nonce, realm, r.now)
	if fresh == digest.Forged {
		return false
	}
	var ha1 []byte
	if string(digest.AppendUnescaped(nil, c.Username)) == r.account.ProvisionUser {
		ha1 = digest.HA1(r.account.ProvisionUser, realm, password, c.Algorithm)
	}
	v := a.verifiers.Get().(*digest.Verifier)
	defer a.verifiers.Put(v)
	want := digest.Expected{Method: string(r.verb), URI: r.target, Realm: realm, Algorithms: offered}
	if v.Verify(&c, want, ha1) != nil {
		return false
	}
	if fresh == digest.Fresh {
		fresh = a.nonces.Use(c.Nonce, c.Count, r.now)
	}
	r.stale = fresh != digest.Fresh
	return fresh == digest.Fresh
}

// challenge asks for credentials, Digest first.
func (s *Server) challenge(ctx *fasthttp.RequestCtx, r *request) {
	c := digest.Challenge{
		Realm: realm, Nonce: s.auth.nonces.Append(nil, realm, r.now), Algorithms: offered, Stale: r.stale,
	}
	ctx.SetStatusCode(fasthttp.StatusUnauthorized)
	h := &ctx.Response.Header
	h.SetContentLength(0)
	h.AddBytesV(fasthttp.HeaderWWWAuthenticate, digest.AppendChallenge(nil, digest.MD5, &c))
	h.Add(fasthttp.HeaderWWWAuthenticate, `Basic realm="`+realm+`", charset="UTF-8"`)
}
