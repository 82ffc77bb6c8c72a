package acmetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"golang.org/x/crypto/acme"
)

// object is what the protocol speaks.
type object = map[string]any

func (ca *CA) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /directory", ca.directory)
	mux.HandleFunc("HEAD /nonce", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /account", ca.newAccount)
	mux.HandleFunc("POST /order", ca.newOrder)
	for _, what := range []string{"order", "authz", "challenge", "finalize", "certificate"} {
		mux.HandleFunc("POST /"+what+"/{id}", func(w http.ResponseWriter, r *http.Request) { ca.about(w, r, what) })
	}
	mux.HandleFunc("POST /challenge/{id}/{way}", func(w http.ResponseWriter, r *http.Request) { ca.about(w, r, "challenge") })
	return mux
}

// ServeHTTP implements http.Handler.
func (ca *CA) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Replay-Nonce", rand.Text())
	ca.mux.ServeHTTP(w, r)
}

func base(r *http.Request) string { return "http://" + r.Host }

func (ca *CA) directory(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, object{
		"newNonce": base(r) + "/nonce", "newAccount": base(r) + "/account", "newOrder": base(r) + "/order",
		"revokeCert": base(r) + "/revoke", "keyChange": base(r) + "/key",
	})
}

// message is a signed request (RFC 7515, flattened).
type message struct {
	Protected string `json:"protected"`
	Payload   string `json:"payload"`

	header struct {
		KID string            `json:"kid"`
		JWK map[string]string `json:"jwk"`
	}
}

// read decodes the request and, unless into is nil, its payload.
func read(r *http.Request, into any) (m message, err error) {
	if err = json.NewDecoder(r.Body).Decode(&m); err != nil {
		return m, err
	}
	header, err := base64.RawURLEncoding.DecodeString(m.Protected)
	if err == nil {
		err = json.Unmarshal(header, &m.header)
	}
	if err != nil || into == nil {
		return m, err
	}
	payload, err := base64.RawURLEncoding.DecodeString(m.Payload)
	if err == nil {
		err = json.Unmarshal(payload, into)
	}
	return m, err
}

func answer(w http.ResponseWriter, status int, body object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client's loss
}

func refuse(w http.ResponseWriter, kind string, err error) {
	answer(w, http.StatusBadRequest, object{"type": "urn:ietf:params:acme:error:" + kind, "detail": err.Error()})
}

func (ca *CA) newAccount(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Contact []string `json:"contact"`
	}
	m, err := read(r, &in)
	if err != nil {
		refuse(w, "malformed", err)
		return
	}
	key, err := publicKey(m.header.JWK)
	if err != nil {
		refuse(w, "badPublicKey", err)
		return
	}
	id, err := acme.JWKThumbprint(key)
	if err != nil {
		refuse(w, "badPublicKey", err)
		return
	}
	ca.mu.Lock()
	_, known := ca.accounts[id]
	if !known {
		ca.accounts[id] = account{key, in.Contact}
	}
	ca.mu.Unlock()
	w.Header().Set("Location", base(r)+"/account/"+id)
	status := http.StatusCreated
	if known {
		status = http.StatusOK
	}
	answer(w, status, object{"status": "valid", "contact": in.Contact})
}

// publicKey reads a P-256 key (RFC 7518 section 6.2).
func publicKey(jwk map[string]string) (crypto.PublicKey, error) {
	x, errX := base64.RawURLEncoding.DecodeString(jwk["x"])
	y, errY := base64.RawURLEncoding.DecodeString(jwk["y"])
	if err := errors.Join(errX, errY); err != nil || jwk["crv"] != "P-256" {
		return nil, fmt.Errorf("cannot read the key %q: %w", jwk["crv"], err)
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
}

func (ca *CA) newOrder(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Identifiers []struct{ Type, Value string } `json:"identifiers"`
	}
	m, err := read(r, &in)
	if err != nil || len(in.Identifiers) != 1 || in.Identifiers[0].Type != "dns" {
		refuse(w, "malformed", fmt.Errorf("one domain, please: %w", err))
		return
	}
	o := &order{domain: in.Identifiers[0].Value, token: rand.Text(), account: m.header.KID, status: "pending", authz: "pending"}
	ca.mu.Lock()
	defer ca.mu.Unlock()
	if ca.passed[o.domain] {
		o.status, o.authz = "ready", "valid"
	}
	ca.orders = append(ca.orders, o)
	id := len(ca.orders) - 1
	w.Header().Set("Location", base(r)+"/order/"+strconv.Itoa(id))
	answer(w, http.StatusCreated, o.object(base(r), id))
}

// about answers what concerns one order.
func (ca *CA) about(w http.ResponseWriter, r *http.Request, what string) {
	id, err := strconv.Atoi(r.PathValue("id"))
	var in struct {
		CSR string `json:"csr"`
	}
	var into any
	if what == "finalize" {
		into = &in
	}
	if _, errRead := read(r, into); err != nil || errRead != nil {
		refuse(w, "malformed", errors.Join(err, errRead))
		return
	}
	ca.mu.Lock()
	known := id >= 0 && id < len(ca.orders)
	ca.mu.Unlock()
	if !known {
		refuse(w, "malformed", errors.New("no such order"))
		return
	}
	if what == "challenge" {
		ca.check(r.Context(), id, r.PathValue("way"))
	}
	ca.mu.Lock()
	defer ca.mu.Unlock()
	o := ca.orders[id]
	switch what {
	case "authz":
		answer(w, http.StatusOK, o.authorization(base(r), id, ca))
	case "challenge":
		answer(w, http.StatusOK, o.challenge(base(r), id, r.PathValue("way")))
	case "certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_, _ = w.Write(o.chain) // the client's loss
	case "finalize":
		if err := ca.finalize(o, in.CSR); err != nil {
			refuse(w, "badCSR", err)
			return
		}
		fallthrough
	default:
		w.Header().Set("Location", base(r)+"/order/"+strconv.Itoa(id))
		answer(w, http.StatusOK, o.object(base(r), id))
	}
}

func (ca *CA) finalize(o *order, csr string) error {
	if o.status != "ready" {
		return errors.New("the order is " + o.status)
	}
	der, err := base64.RawURLEncoding.DecodeString(csr)
	if err != nil {
		return err
	}
	leaf, err := ca.issue(der, o.domain)
	if err != nil {
		return err
	}
	o.status = acme.StatusValid
	for _, cert := range [][]byte{leaf, ca.root.Raw} {
		o.chain = append(o.chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})...)
	}
	return nil
}

func (o *order) object(base string, id int) object {
	n := strconv.Itoa(id)
	out := object{
		"status": o.status, "identifiers": []object{{"type": "dns", "value": o.domain}},
		"authorizations": []string{base + "/authz/" + n}, "finalize": base + "/finalize/" + n,
	}
	if o.status == acme.StatusValid {
		out["certificate"] = base + "/certificate/" + n
	}
	return out
}

func (o *order) authorization(base string, id int, ca *CA) object {
	var offered []object
	if ca.DialHTTP != nil {
		offered = append(offered, o.challenge(base, id, "http-01"))
	}
	if ca.DialTLS != nil {
		offered = append(offered, o.challenge(base, id, "tls-alpn-01"))
	}
	return object{"status": o.authz, "identifier": object{"type": "dns", "value": o.domain}, "challenges": offered}
}

func (o *order) challenge(base string, id int, way string) object {
	out := object{"type": way, "url": base + "/challenge/" + strconv.Itoa(id) + "/" + way, "token": o.token, "status": o.authz}
	if o.problem != "" {
		out["error"] = object{"type": "urn:ietf:params:acme:error:unauthorized", "detail": o.problem}
	}
	return out
}
