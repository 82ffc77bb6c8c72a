package admin

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"dialtone/store/record"
)

// concrete is the operation's path below an account, other names standing for nothing.
func concrete(op *operation, account record.ID) string {
	parts := strings.Split(op.path, "/")
	for i, part := range parts {
		switch {
		case part == "{account}":
			parts[i] = string(account)
		case strings.HasPrefix(part, "{"):
			parts[i] = "1"
		}
	}
	return strings.Join(parts, "/")
}

func without(scope string) []string {
	return slices.DeleteFunc(allScopes(), func(s string) bool { return s == scope })
}

// Every operation refuses who has no key, another account's, or a key without its
// scope; and nothing but the scope is asked of who has it.
func TestPermissions(t *testing.T) {
	w := newWorld(t)
	other := w.newAccount("Other")
	foreign := w.newKey(other, allScopes()...)
	all := w.newKey(w.account, allScopes()...)
	lacking, only := map[string]string{}, map[string]string{}
	for _, s := range allScopes() {
		lacking[s], only[s] = w.newKey(w.account, without(s)...), w.newKey(w.account, s)
	}
	absent := w.get("/v1/accounts/acct_00000000000000000000000000/users").want(http.StatusNotFound).raw
	for _, op := range w.server.table() {
		t.Run(op.method+" "+op.path, func(t *testing.T) {
			w.t = t
			if op.open {
				if g := w.send("", op.method, concrete(op, w.account), nil); g.status < 400 || g.status >= 500 || g.status == http.StatusForbidden {
					t.Errorf("without anything: %d", g.status)
				}
				return
			}
			path := concrete(op, w.account)
			w.send("", op.method, path, nil).want(http.StatusUnauthorized)
			w.send("dt_wrong", op.method, path, nil).want(http.StatusUnauthorized)
			if op.platformOnly() || op.scope == scopeSession {
				w.send(all, op.method, path, nil).want(http.StatusForbidden)
				return
			}
			w.send(lacking[op.scope], op.method, path, nil).want(http.StatusForbidden)
			if op.scoped() {
				if got := w.send(foreign, op.method, path, nil).want(http.StatusNotFound).raw; got != absent {
					t.Errorf("another account's answer is %s, an absent one's %s", got, absent)
				}
			}
			if got := w.send(only[op.scope], op.method, path, nil).status; got == http.StatusUnauthorized || got == http.StatusForbidden || got >= 500 {
				t.Errorf("with the scope %s alone: %d", op.scope, got)
			}
		})
	}
}

// What an account's key may touch of accounts themselves.
func TestOwnAccount(t *testing.T) {
	w := newWorld(t)
	other := w.newAccount("Other")
	key := w.newKey(w.account, allScopes()...)
	if list := w.send(key, http.MethodGet, "/v1/accounts", nil).want(http.StatusOK).data(); len(list) != 1 || list[0]["id"] != string(w.account) {
		t.Errorf("the key's own list is %v", list)
	}
	if list := w.get("/v1/accounts").data(); len(list) != 2 {
		t.Errorf("the platform's list is %v", list)
	}
	w.send(key, http.MethodPatch, w.at(""), fieldsOf{"name": "Acme Corp"}).want(http.StatusOK)
	w.send(key, http.MethodDelete, w.at(""), nil).want(http.StatusForbidden)
	w.send(key, http.MethodDelete, "/v1/accounts/"+string(other), nil).want(http.StatusNotFound)
	w.send(key, http.MethodPost, "/v1/accounts", fieldsOf{"name": "x", "email": "x@example.com"}).want(http.StatusForbidden)
}

// A record is found below its own account and its own list only.
func TestForeignRecords(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	absent := w.get(w.at("/users/user_00000000000000000000000000")).want(http.StatusNotFound).raw
	other := w.newAccount("Other")
	list := w.post("/v1/accounts/"+string(other)+"/credential_lists", fieldsOf{"name": "Theirs"}).want(http.StatusCreated).id()
	for _, path := range []string{
		"/v1/accounts/" + string(other) + "/users/" + string(o.user),
		"/v1/accounts/" + string(other) + "/devices/" + string(o.device),
		"/v1/accounts/" + string(other) + "/devices/" + string(o.device) + "/config",
		"/v1/accounts/" + string(other) + "/devices/" + string(o.device) + "/provisioning_events",
		"/v1/accounts/" + string(other) + "/credential_lists/" + string(o.list) + "/credentials",
		"/v1/accounts/" + string(other) + "/credential_lists/" + string(o.list) + "/credentials/" + string(o.credential),
		"/v1/accounts/" + string(other) + "/credential_lists/" + string(list) + "/credentials/" + string(o.credential),
		w.at("/devices/" + string(o.user)),
		w.at("/nothing"), "/v1/nothing", "/v1/accounts/../accounts", "/v1//accounts", "/v1/accounts/",
	} {
		if got := w.get(path).want(http.StatusNotFound).raw; got != absent {
			t.Errorf("%s: %s", path, got)
		}
	}
	p := "/v1/accounts/" + string(other) + "/credential_lists/" + string(o.list) + "/credentials"
	w.post(p, fieldsOf{"username": "mallory"}).want(http.StatusNotFound)
	w.post("/v1/accounts/"+string(other)+"/credential_attachments", fieldsOf{"domain": o.domain, "credential_list": list}).want(422)
	w.post(w.at("/credential_lists/"+string(o.list)+"/credentials/"+string(o.credential)+"x/reveal"), nil).want(http.StatusNotFound)
}

func TestRevokedKey(t *testing.T) {
	w := newWorld(t)
	k := w.post(w.at("/api_keys"), fieldsOf{"name": "ci", "scopes": []string{"read"}}).want(http.StatusCreated)
	key := k.text("key")
	if !strings.HasPrefix(key, "dt_") || len(key) != 43 {
		t.Errorf("key has %d characters", len(key))
	}
	path := w.at("/api_keys/" + string(k.id()))
	if shown := w.get(path).want(http.StatusOK); shown.json()["last_used_at"] != nil || strings.Contains(shown.raw, key) {
		t.Errorf("key is shown as %s", shown.raw)
	}
	w.send(key, http.MethodGet, w.at("/users"), nil).want(http.StatusOK)
	if w.get(path).json()["last_used_at"] == nil {
		t.Error("last_used_at is null after use")
	}
	w.patch(path, fieldsOf{"scopes": []string{"write"}}).want(422)
	w.delete(path).want(http.StatusNoContent)
	w.send(key, http.MethodGet, w.at("/users"), nil).want(http.StatusUnauthorized)
}

func TestKeysGiveNoMore(t *testing.T) {
	w := newWorld(t)
	key := w.newKey(w.account, "read", "manage")
	w.send(key, http.MethodPost, w.at("/api_keys"), fieldsOf{"name": "less", "scopes": []string{"read"}}).want(http.StatusCreated)
	w.send(key, http.MethodPost, w.at("/api_keys"), fieldsOf{"name": "more", "scopes": []string{"read", "secrets"}}).want(http.StatusForbidden)
}

// Nor do keys get at more by way of people: a link leads to all that a manager may do.
func TestKeysMakeNobodyMore(t *testing.T) {
	w := newWorld(t)
	_, ann := w.hire(w.account, "ann@example.com", record.RoleAccountManager)
	_, vic := w.hire(w.account, "vic@example.com", record.RoleViewer)
	_, user := w.userLogsIn("user@example.com")
	late := w.post(w.at("/users"), fieldsOf{"name": "L", "email": "late@example.com"}).want(http.StatusCreated).id()
	looks, writes, all := w.newKey(w.account, "read", "manage"), w.newKey(w.account, "read", "write"), w.newKey(w.account, allScopes()...)
	manager := func(email, role string) fieldsOf { return fieldsOf{"name": "M", "email": email, "role": role} }
	for name, tt := range map[string]struct {
		key, method, path string
		body              any
		want              int
	}{
		"makes an account manager":     {looks, http.MethodPost, w.at("/account_managers"), manager("a@example.com", record.RoleAccountManager), http.StatusForbidden},
		"makes a viewer":               {looks, http.MethodPost, w.at("/account_managers"), manager("b@example.com", record.RoleViewer), http.StatusCreated},
		"makes a viewer more":          {looks, http.MethodPatch, w.manager(vic), fieldsOf{"role": record.RoleAccountManager}, http.StatusForbidden},
		"resets a manager":             {looks, http.MethodPost, w.manager(ann) + "/reset", nil, http.StatusForbidden},
		"resets a viewer":              {looks, http.MethodPost, w.manager(vic) + "/reset", nil, http.StatusOK},
		"has a manager's mails":        {looks, http.MethodPatch, w.manager(ann), fieldsOf{"email": "c@example.com"}, http.StatusForbidden},
		"names a manager":              {looks, http.MethodPatch, w.manager(ann), fieldsOf{"name": "Anna"}, http.StatusOK},
		"signs a manager out":          {looks, http.MethodPost, w.manager(ann) + "/sign_out", nil, http.StatusNoContent},
		"has the mails of who logs in": {writes, http.MethodPatch, w.at("/users/" + string(user)), fieldsOf{"email": "d@example.com"}, http.StatusForbidden},
		"has another's mails":          {writes, http.MethodPatch, w.at("/users/" + string(late)), fieldsOf{"email": "e@example.com"}, http.StatusOK},
		"with all scopes":              {all, http.MethodPost, w.at("/account_managers"), manager("f@example.com", record.RoleAccountManager), http.StatusCreated},
		"but no administrator":         {all, http.MethodPost, w.at("/account_managers"), fieldsOf{"name": "M", "email": "g@example.com", "administrator": true}, http.StatusForbidden},
		"nor the owner":                {all, http.MethodPost, w.at("/account_managers"), manager("h@example.com", record.RoleOwner), http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.send(tt.key, tt.method, tt.path, tt.body).want(tt.want)
		})
	}
}

// One platform key is always left.
func TestLastPlatformKey(t *testing.T) {
	w := newWorld(t)
	own := w.get("/v1/api_keys").want(http.StatusOK).data()[0]["id"].(string)
	w.delete("/v1/api_keys/" + own).want(http.StatusConflict)
	second := w.post("/v1/api_keys", fieldsOf{"name": "second"}).want(http.StatusCreated).text("key")
	w.send(second, http.MethodDelete, "/v1/api_keys/"+own, nil).want(http.StatusNoContent)
	w.get("/v1/accounts").want(http.StatusUnauthorized)
	w.send(second, http.MethodGet, "/v1/accounts", nil).want(http.StatusOK)
}

// A source that guesses keys is limited; a right key is served all the same.
func TestWrongKeysAreLimited(t *testing.T) {
	w := newWorld(t)
	for range wrongKeyBurst {
		w.send("dt_guess", http.MethodGet, "/v1/accounts", nil, from("203.0.113.5:999")).want(http.StatusUnauthorized)
	}
	var limited *got
	for range wrongKeyBurst {
		if limited = w.send("dt_guess", http.MethodGet, "/v1/accounts", nil, from("203.0.113.5:999")); limited.status != http.StatusUnauthorized {
			break
		}
		w.clock.add(-wrongKeyEvery)
	}
	if limited.want(http.StatusTooManyRequests).header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.send(w.root, http.MethodGet, "/v1/accounts", nil, from("203.0.113.5:999")).want(http.StatusOK)
	w.send("dt_guess", http.MethodGet, "/v1/accounts", nil, from("203.0.113.6:999")).want(http.StatusUnauthorized)
}
