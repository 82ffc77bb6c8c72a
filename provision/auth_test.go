package provision

import (
	"encoding/base64"
	"testing"

	"dialtone/sip/digest"
	"dialtone/store"
	"dialtone/store/record"
)

func (h *house) askPassword(t *testing.T, user, password string) {
	t.Helper()
	sealed := h.store.Seal(h.account.ID, store.FieldHTTPPassword, password)
	change(t, h, h.account.ID, func(a *record.Account) { a.ProvisionUser, a.ProvisionPassSealed = user, sealed })
}

func basic(user, password string) string {
	return "Authorization: basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func respond(t *testing.T, challenge, method, uri, user, password string, count uint32) string {
	t.Helper()
	c, err := digest.ParseChallenge([]byte(challenge))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := digest.Respond(c, digest.Answer{Username: user, Password: password, Method: method, URI: uri, Cnonce: "c", Count: count})
	if err != nil {
		t.Fatal(err)
	}
	return "Authorization: " + string(answer)
}

func TestHTTPCredentials(t *testing.T) {
	h := newHouse(t).serve(t)
	h.askPassword(t, "phone", "s3cret")
	uri := "/p/" + token + "/" + config
	asked := h.get(t, config)
	if asked.status != 401 || asked.body != "" || len(asked.header.Values("WWW-Authenticate")) != 2 {
		t.Fatalf("%s", asked.raw)
	}
	challenge := asked.header.Values("WWW-Authenticate")[0]
	for name, c := range map[string]struct {
		header string
		status int
	}{
		"basic":                  {basic("phone", "s3cret"), 200},
		"basic, wrong password":  {basic("phone", "wrong"), 401},
		"basic, wrong user":      {basic("other", "s3cret"), 401},
		"basic, garbage":         {"Authorization: Basic !!!", 401},
		"another scheme":         {"Authorization: Bearer s3cret", 401},
		"digest":                 {respond(t, challenge, "GET", uri, "phone", "s3cret", 1), 200},
		"digest, wrong password": {respond(t, challenge, "GET", uri, "phone", "wrong", 2), 401},
		"digest, wrong user":     {respond(t, challenge, "GET", uri, "other", "s3cret", 2), 401},
		"digest, other uri":      {respond(t, challenge, "GET", "/other", "phone", "s3cret", 2), 401},
		"digest, other method":   {respond(t, challenge, "PUT", uri, "phone", "s3cret", 2), 401},
	} {
		if got := h.get(t, config, c.header); got.status != c.status {
			t.Errorf("%s: %s", name, got.raw)
		}
	}
	replayed := h.get(t, config, respond(t, challenge, "GET", uri, "phone", "s3cret", 1))
	if c, err := digest.ParseChallenge([]byte(replayed.header.Get("WWW-Authenticate"))); replayed.status != 401 || err != nil || !c.Stale {
		t.Errorf("replayed: %s", replayed.raw)
	}
	if got := h.get(t, config, respond(t, replayed.header.Get("WWW-Authenticate"), "GET", uri, "phone", "s3cret", 1)); got.status != 200 {
		t.Errorf("after a stale nonce: %s", got.raw)
	}
}

// Who has no right token learns nothing of the credentials, and who has one nothing
// of the files.
func TestHTTPCredentialsTellNothing(t *testing.T) {
	h := newHouse(t).serve(t)
	h.askPassword(t, "phone", "s3cret")
	for target, status := range map[string]int{
		"/p/wrong/" + config:                      404,
		"/p/" + otherToken + "/" + config:         404,
		"/p/" + token + "/805ec0010209.cfg":       401,
		"/p/" + token + "/y000000000000.boot":     401,
		"/p/" + token + "/../../etc/passwd":       401,
		"/p/" + token + "/805ec0010203-local.cfg": 401,
	} {
		if got := h.ask(t, "GET", target, ""); got.status != status {
			t.Errorf("%s: %s", target, got.raw)
		}
		if status == 401 {
			if got := h.ask(t, "GET", target, "", basic("phone", "s3cret")); got.status != 404 {
				t.Errorf("%s with credentials: %s", target, got.raw)
			}
		}
	}
	change(t, h, h.account.ID, func(a *record.Account) { a.ProvisionNetworks = []string{"192.0.2.0/24"} })
	if got := h.get(t, config); got.status != 404 {
		t.Errorf("from another network: %s", got.raw)
	}
}
