package admin

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store"
	"dialtone/store/record"
)

// entries waits until the account's log has n entries of an event and returns them,
// newest first.
func (w *world) entries(account record.ID, event string, n int) []record.AuditEntry {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		page, err := w.store.AuditEntries(store.AuditQuery{Account: account, Events: []string{event}})
		if err != nil {
			w.t.Fatal(err)
		}
		if len(page.Items) >= n {
			return page.Items
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.t.Fatalf("no %d entries of %s", n, event)
	return nil
}

func TestAuditOfChanges(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	key := w.newKey(w.account, "write", "read")
	path := w.at("/users/" + string(o.user))
	w.send(key, http.MethodPatch, path, fieldsOf{"name": "Alicia"}, from("192.0.2.77:5555"), withHeader("X-Forwarded-For", "10.0.0.1")).want(http.StatusOK)
	e := w.entries(w.account, "user.update", 1)[0]
	if e.Resource != o.user || e.Outcome != record.OutcomeSuccess || e.IP != "192.0.2.77" || e.Actor.Type != record.ActorAPIKey || e.Actor.Name != "key" {
		t.Errorf("entry is %+v", e)
	}
	if diff := cmp.Diff([]record.FieldChange{{Field: "name", Before: "Alice", After: "Alicia"}}, e.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	c := w.entries(w.account, "credential.create", 1)[0]
	var fields []string
	for _, change := range c.Changes {
		fields = append(fields, change.Field)
		if s, _ := change.After.(string); strings.Contains(s, o.password) || change.Field == "password" && s != changed {
			t.Errorf("change of %s to %v", change.Field, change.After)
		}
	}
	if !slices.Contains(fields, "username") || !slices.Contains(fields, "password") {
		t.Errorf("fields are %v", fields)
	}
	w.delete(path).want(http.StatusConflict)
	if e := w.entries(w.account, "user.delete", 1)[0]; e.Outcome != record.OutcomeFailure || !strings.Contains(e.Detail, "in_use") || e.Actor.Type != record.ActorPlatform {
		t.Errorf("entry is %+v", e)
	}
	if _, err := w.store.VerifyAudit(t.Context(), w.account); err != nil {
		t.Error(err)
	}
}

func TestAuditOfReadsAndDenials(t *testing.T) {
	w := newWorld(t)
	other := w.newAccount("Other")
	foreign, reader := w.newKey(other, "read"), w.newKey(w.account, "read")
	w.send(reader, http.MethodGet, w.at("/users"), nil).want(http.StatusOK)
	if e := w.entries(w.account, "user.list", 1)[0]; e.Outcome != record.OutcomeSuccess || e.Resource != w.account {
		t.Errorf("entry of a read is %+v", e)
	}
	w.send(reader, http.MethodPost, w.at("/users"), fieldsOf{}).want(http.StatusForbidden)
	if e := w.entries(w.account, "user.create", 1)[0]; e.Outcome != record.OutcomeDenied || !strings.Contains(e.Detail, "scope write") {
		t.Errorf("entry of a denial is %+v", e)
	}
	w.send("", http.MethodGet, w.at("/locations"), nil).want(http.StatusUnauthorized)
	if e := w.entries(w.account, "location.list", 1)[0]; e.Outcome != record.OutcomeDenied || e.Actor.Type != record.ActorNobody {
		t.Errorf("entry of somebody unknown is %+v", e)
	}
	w.send(foreign, http.MethodGet, w.at("/sip_domains"), nil).want(http.StatusNotFound)
	if e := w.entries(other, "sip_domain.list", 1)[0]; e.Outcome != record.OutcomeDenied || e.Resource != w.account {
		t.Errorf("entry of another account's key is %+v", e)
	}
	page, err := w.store.AuditEntries(store.AuditQuery{Account: w.account, Events: []string{"sip_domain.list"}})
	if err != nil || len(page.Items) != 0 {
		t.Errorf("the account sees another's key: %v, %v", page.Items, err)
	}
}

// The log keeps names of who is gone, and what happened to an account outlives it.
func TestAuditOutlivesActors(t *testing.T) {
	w := newWorld(t)
	k := w.post(w.at("/api_keys"), fieldsOf{"name": "Temp", "scopes": []string{"write"}}).want(http.StatusCreated)
	w.send(k.text("key"), http.MethodPost, w.at("/users"), fieldsOf{"name": "A", "email": "a@example.com"}).want(http.StatusCreated)
	w.delete(w.at("/api_keys/" + string(k.id()))).want(http.StatusNoContent)
	list := w.get(w.at("/audit_entries?event=user.create&event=user.list&actor=Temp&outcome=success")).want(http.StatusOK).data()
	if len(list) != 1 || list[0]["actor"].(map[string]any)["name"] != "Temp" {
		t.Errorf("entries are %v", list)
	}
	w.delete(w.at("")).want(http.StatusNoContent)
	w.get(w.at("/users")).want(http.StatusNotFound)
	gone := w.get("/v1/audit_entries?event=account.delete").want(http.StatusOK).data()
	if len(gone) != 1 || gone[0]["resource"] != string(w.account) {
		t.Errorf("entries are %v", gone)
	}
}
