package admin

import (
	"net/http"
	"strings"
	"testing"

	"dialtone/store/record"
)

const testPassphrase = "a passphrase to test with"

// An account that moves to another daemon gives its phones the same files.
func TestAccountMoves(t *testing.T) {
	w, other := newWorld(t), newWorld(t)
	o := w.newOffice()
	w.post(w.at("/provisioning/generate"), nil)
	file := w.post(w.at("/export"), fieldsOf{"passphrase": testPassphrase}).want(http.StatusOK)
	if file.header.Get("Content-Type") != mediaLines || strings.Contains(file.raw, o.password) {
		t.Error("the file is no export, or tells a password")
	}
	before, rendered := w.server.Hashes.Hash(o.device)
	if !rendered {
		t.Fatal("the phone has no file")
	}
	opened := withHeader(passphraseHeader, testPassphrase)
	dry := other.send(other.root, http.MethodPost, "/v1/import?dry_run=true", file.raw, opened).want(http.StatusOK)
	if dry.json()["account"] != string(w.account) {
		t.Errorf("dry run says %s", dry.raw)
	}
	other.get("/v1/accounts/" + string(w.account)).want(http.StatusNotFound)
	other.send(other.root, http.MethodPost, "/v1/import", file.raw, opened).want(http.StatusOK)
	if after, _ := other.server.Hashes.Hash(o.device); after != before {
		t.Errorf("the phone's file has hash %x, had %x", after, before)
	}
	e := other.entries(w.account, "account.import", 1)[0]
	if e.Resource != w.account || e.Actor.Type != record.ActorPlatform {
		t.Errorf("entry %+v", e)
	}
	again := other.send(other.root, http.MethodPost, "/v1/import", file.raw, opened).want(http.StatusConflict)
	if again.text("code") != codeClash || len(again.json()["errors"].([]any)) == 0 {
		t.Errorf("importing it twice: %s", again.raw)
	}
	w.entries(w.account, "account.export", 1)
}

// Who knows the passphrase can open the file: what an owner's or an administrator's
// password hashes to is not for his managers.
func TestExportHasNoLogins(t *testing.T) {
	w := newWorld(t)
	w.hire(w.account, "owner@example.com", record.RoleOwner)
	manager, _ := w.hire(w.account, "ann@example.com", record.RoleAccountManager)
	wish := fieldsOf{"passphrase": testPassphrase}
	const login = `"record":"login"`
	for name, file := range map[string]*got{
		"account manager": manager.send(http.MethodPost, w.at("/export"), wish),
		"account's key":   w.send(w.newKey(w.account, allScopes()...), http.MethodPost, w.at("/export"), wish),
		"nobody's secret": w.get(w.at("/export")),
	} {
		if strings.Contains(file.want(http.StatusOK).raw, login) {
			t.Errorf("%s gets logins", name)
		}
	}
	if n := strings.Count(w.post(w.at("/export"), wish).want(http.StatusOK).raw, login); n != 2 {
		t.Errorf("a platform key gets %d logins", n)
	}
}

func TestImportRefuses(t *testing.T) {
	w := newWorld(t)
	plain := w.get(w.at("/export")).want(http.StatusOK).raw
	sealed := w.post(w.at("/export"), fieldsOf{"passphrase": testPassphrase}).want(http.StatusOK).raw
	w.post(w.at("/export"), fieldsOf{"passphrase": "short"}).want(http.StatusUnprocessableEntity)
	for name, c := range map[string]struct {
		path, body, passphrase, code string
	}{
		"no export":        {"/v1/import", "{}\n", "", codeBadExport},
		"empty":            {"/v1/import", "", "", codeBadExport},
		"cut short":        {"/v1/import", plain[:len(plain)-10], "", codeBadExport},
		"no passphrase":    {"/v1/import", sealed, "", codePassphrase},
		"wrong passphrase": {"/v1/import", sealed, "another passphrase", codePassphrase},
		"another account":  {"/v1/import?account=acct_1", plain, "", codeBadExport},
		"unknown ids":      {"/v1/import?ids=some", plain, "", codeInvalid},
	} {
		got := w.send(w.root, http.MethodPost, c.path, c.body, withHeader(passphraseHeader, c.passphrase)).want(http.StatusUnprocessableEntity)
		if got.text("code") != c.code {
			t.Errorf("%s: %s", name, got.raw)
		}
	}
	w.send(w.newKey(w.account, allScopes()...), http.MethodPost, "/v1/import", plain).want(http.StatusForbidden)
}
