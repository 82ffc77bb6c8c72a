package admin

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

// staff are people of every role, with a browser each, who have an account in common.
func (w *world) staff() map[string]*browser {
	w.t.Helper()
	people := map[string]*browser{}
	for _, role := range []string{record.RoleOwner, record.RoleAccountManager, record.RoleViewer} {
		people[role], _ = w.hire(w.account, role+"@example.com", role)
	}
	b, id := w.hire(w.account, "root@example.com", record.RoleViewer)
	w.patch(w.at("/account_managers/"+string(id)), fieldsOf{"administrator": true}).want(http.StatusOK)
	people[record.RoleAdministrator] = b
	people[record.RoleUser], _ = w.userLogsIn("user@example.com")
	return people
}

// userLogsIn makes a voice user who has chosen his password, and his browser.
func (w *world) userLogsIn(email string) (*browser, record.ID) {
	w.t.Helper()
	id := w.post(w.at("/users"), fieldsOf{"name": "User " + email, "email": email}).want(http.StatusCreated).id()
	link := w.post(w.at("/users/"+string(id)+"/invite"), nil).want(http.StatusOK).text("link")
	b := &browser{w: w}
	b.send(http.MethodPost, "/v1/invitations/"+tokenOf(w.t, link), fieldsOf{"password": goodPassword}).want(http.StatusOK)
	return b, id
}

// endsItself says whether an operation takes from the caller what the next request needs.
func endsItself(op *operation) bool {
	return op.method == http.MethodDelete && (op.path == "/v1/session" || op.path == "/v1/accounts/{account}")
}

// Every operation is refused to every role that is not in its row of the table, with an
// entry in the log that names who tried; and to the others it is open.
func TestRoles(t *testing.T) {
	w := newWorld(t)
	people := w.staff()
	for _, op := range w.server.table() {
		if op.open {
			continue
		}
		t.Run(op.method+" "+op.path, func(t *testing.T) {
			w.t = t
			if len(op.roles) == 0 {
				t.Error("nobody may")
			}
			for role, b := range people {
				allowed := slices.Contains(op.roles, role)
				if allowed && endsItself(op) {
					continue
				}
				got := b.send(op.method, concrete(op, w.account), nil)
				switch refused := got.status == http.StatusForbidden; {
				case got.status == http.StatusUnauthorized || got.status >= 500 && got.status != http.StatusServiceUnavailable, refused == allowed:
					t.Errorf("%s, allowed %v: %d %s", role, allowed, got.status, got.raw)
				}
			}
		})
	}
	w.t = t
	refused := w.entries(w.account, "device.create", 1)
	if !slices.ContainsFunc(refused, func(e record.AuditEntry) bool {
		return e.Outcome == record.OutcomeDenied && e.Actor.Type == record.ActorManager && e.Actor.Email == "viewer@example.com"
	}) {
		t.Errorf("no entry tells that the viewer was denied: %+v", refused)
	}
}

// What the roles come to, told apart from the table.
func TestRoleBounds(t *testing.T) {
	w := newWorld(t)
	want := []string{
		"audio_clip.list", "me.list_calls", "me.read", "me.update", "number.list", "schedule.list",
		"session.change_password", "session.delete", "session.delete_other", "session.list", "session.read",
	}
	if diff := cmp.Diff(want, permissions(w.server.table(), record.RoleUser)); diff != "" {
		t.Errorf("a user may (-want +got):\n%s", diff)
	}
	for _, op := range w.server.table() {
		switch {
		case op.open:
		case slices.Contains(op.roles, record.RoleViewer) && op.scope != record.ScopeRead && op.resource() != "session":
			t.Errorf("a viewer may %s", op.event)
		case op.platformOnly() && !slices.Equal(op.roles, []string{record.RoleAdministrator}):
			t.Errorf("%v may %s", op.roles, op.event)
		case op.scoped() && op.resource() != "me" && !op.platformOnly() && !slices.Contains(op.roles, record.RoleOwner):
			t.Errorf("the owner may not %s", op.event)
		}
	}
}

// A person of another account finds nothing, whatever his role.
func TestRolesOfAnotherAccount(t *testing.T) {
	w := newWorld(t)
	other := w.newAccount("Other")
	b, _ := w.hire(other, "ann@example.com", record.RoleOwner)
	absent := b.send(http.MethodGet, "/v1/accounts/acct_00000000000000000000000000/users", nil).want(http.StatusNotFound).raw
	for _, op := range w.server.table() {
		if !op.scoped() {
			continue
		}
		if got := b.send(op.method, concrete(op, w.account), nil).want(http.StatusNotFound).raw; got != absent {
			t.Errorf("%s %s: %s", op.method, op.path, got)
		}
	}
	if list := b.send(http.MethodGet, "/v1/accounts", nil).want(http.StatusOK).data(); len(list) != 1 || list[0]["id"] != string(other) {
		t.Errorf("accounts are %v", list)
	}
}
