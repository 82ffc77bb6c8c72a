package admin

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store"
	"dialtone/store/record"
)

// atOnce runs functions side by side and returns how often each status came.
func atOnce(fns ...func() int) map[int]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	count := map[int]int{}
	for _, fn := range fns {
		wg.Go(func() {
			status := fn()
			mu.Lock()
			defer mu.Unlock()
			count[status]++
		})
	}
	wg.Wait()
	return count
}

// owners are the owners of the world's account.
func (w *world) owners() (ids []record.ID) {
	w.t.Helper()
	for _, m := range w.get(w.at("/account_managers")).want(http.StatusOK).data() {
		if m["role"] == record.RoleOwner {
			ids = append(ids, record.ID(m["id"].(string)))
		}
	}
	return ids
}

func (w *world) manager(id record.ID) string { return w.at("/account_managers/" + string(id)) }

// An e-mail address is one person's in the daemon, whatever he is and wherever he belongs.
func TestPeopleHaveOneAddressEach(t *testing.T) {
	w := newWorld(t)
	other := w.newAccount("Other")
	w.post(w.at("/users"), fieldsOf{"name": "Ann", "email": "Ann@example.com"}).want(http.StatusCreated)
	w.post(w.at("/account_managers"), fieldsOf{"name": "Ben", "email": "ben@example.com"}).want(http.StatusCreated)
	w.post("/v1/administrators", fieldsOf{"name": "Cy", "email": "cy@example.com"}).want(http.StatusCreated)
	for _, email := range []string{"ann@EXAMPLE.com", "ben@example.com", "cy@example.com"} {
		for _, path := range []string{
			w.at("/users"), w.at("/account_managers"), "/v1/accounts/" + string(other) + "/users",
			"/v1/accounts/" + string(other) + "/account_managers", "/v1/administrators",
		} {
			if f := w.post(path, fieldsOf{"name": "X", "email": email}).want(http.StatusConflict).fields(); f["email"] != store.ConflictNotUnique {
				t.Errorf("%s in %s: %v", email, path, f)
			}
		}
	}
	if g := w.post("/v1/accounts/"+string(other)+"/users", fieldsOf{"name": "X", "email": "ben@example.com"}); strings.Contains(g.raw, "Ben") {
		t.Errorf("another account learns who has the address: %s", g.raw)
	}
}

// One owner, always: he can neither be removed nor demoted, only replaced.
func TestOwner(t *testing.T) {
	w := newWorld(t)
	owner, ann := w.hire(w.account, "ann@example.com", record.RoleOwner)
	manager, ben := w.hire(w.account, "ben@example.com", record.RoleAccountManager)
	second := fieldsOf{"name": "X", "email": "x@example.com", "role": "owner"}
	w.post(w.at("/account_managers"), second).want(http.StatusConflict)
	for name, tt := range map[string]struct {
		by     *browser
		method string
		id     record.ID
		body   any
		status int
		code   string
	}{
		"demote himself":             {owner, http.MethodPatch, ann, fieldsOf{"role": "viewer"}, 409, codeLastOwner},
		"remove himself":             {owner, http.MethodDelete, ann, nil, 409, codeOwnRecord},
		"a manager removes himself":  {manager, http.MethodDelete, ben, nil, 409, codeOwnRecord},
		"a manager demotes himself":  {manager, http.MethodPatch, ben, fieldsOf{"role": "viewer"}, 409, codeOwnRecord},
		"a manager removes him":      {manager, http.MethodDelete, ann, nil, 403, codeForbidden},
		"a manager renames him":      {manager, http.MethodPatch, ann, fieldsOf{"email": "mine@example.com"}, 403, codeForbidden},
		"a manager takes it":         {manager, http.MethodPatch, ben, fieldsOf{"role": "owner"}, 403, codeForbidden},
		"a manager takes more":       {manager, http.MethodPatch, ben, fieldsOf{"administrator": true}, 403, codeForbidden},
		"the owner takes more":       {owner, http.MethodPatch, ann, fieldsOf{"administrator": true}, 403, codeForbidden},
		"nobody by this name exists": {owner, http.MethodDelete, "mgr_00000000000000000000000000", nil, 404, codeNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			if got := tt.by.send(tt.method, w.manager(tt.id), tt.body).want(tt.status).text("code"); got != tt.code {
				t.Errorf("code %q, want %q", got, tt.code)
			}
		})
	}
	w.t = t
	for _, verb := range []string{"reset", "sign_out"} {
		manager.send(http.MethodPost, w.manager(ann)+"/"+verb, nil).want(http.StatusForbidden)
	}
	w.delete(w.manager(ann)).want(http.StatusConflict)
	key := w.newKey(w.account, allScopes()...)
	w.send(key, http.MethodPatch, w.manager(ben), fieldsOf{"role": "owner"}).want(http.StatusForbidden)
	w.send(key, http.MethodPost, w.manager(ann)+"/reset", nil).want(http.StatusForbidden)

	owner.send(http.MethodPatch, w.manager(ben), fieldsOf{"role": "owner"}).want(http.StatusOK)
	if got := w.owners(); !slices.Equal(got, []record.ID{ben}) {
		t.Errorf("owners are %v", got)
	}
	if s := owner.send(http.MethodGet, "/v1/session", nil).want(http.StatusOK).json(); s["role"] != record.RoleAccountManager {
		t.Errorf("the owner before is %v", s["role"])
	}
	manager.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized) // his role has changed
	w.logIn("ben@example.com", goodPassword).send(http.MethodDelete, w.manager(ann), nil).want(http.StatusNoContent)
	owner.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)
	changes := w.entries(w.account, "account_manager.update", 2)
	if !slices.ContainsFunc(changes, func(e record.AuditEntry) bool {
		return e.Resource == ann && e.Outcome == record.OutcomeSuccess &&
			cmp.Equal(e.Changes, []record.FieldChange{{Field: "role", Before: "owner", After: "account_manager"}})
	}) {
		t.Errorf("nothing tells that the owner before is one no more: %+v", changes)
	}
}

func TestOwnerHandsOverToWhoIsThere(t *testing.T) {
	w := newWorld(t)
	owner, _ := w.hire(w.account, "ann@example.com", record.RoleOwner)
	invited := w.post(w.at("/account_managers"), fieldsOf{"name": "Ben", "email": "ben@example.com"}).want(http.StatusCreated).id()
	if got := owner.send(http.MethodPatch, w.manager(invited), fieldsOf{"role": "owner"}).want(http.StatusConflict).text("code"); got != store.ConflictState {
		t.Errorf("code %q", got)
	}
}

// Whoever hands over twice at once hands over once.
func TestHandOverRace(t *testing.T) {
	w := newWorld(t)
	owner, _ := w.hire(w.account, "ann@example.com", record.RoleOwner)
	_, ben := w.hire(w.account, "ben@example.com", record.RoleAccountManager)
	_, cy := w.hire(w.account, "cy@example.com", record.RoleAccountManager)
	hand := func(to record.ID) func() int {
		return func() int {
			return w.send("", http.MethodPatch, w.manager(to), fieldsOf{"role": "owner"}, owner.known).status
		}
	}
	if got := atOnce(hand(ben), hand(cy)); got[http.StatusOK] != 1 || got[http.StatusForbidden] != 1 {
		t.Errorf("statuses are %v", got)
	}
	if got := w.owners(); len(got) != 1 {
		t.Errorf("owners are %v", got)
	}
}

// Two who remove each other: the second is no longer there to do it.
func TestRemovalRace(t *testing.T) {
	w := newWorld(t)
	ann, annID := w.hire(w.account, "ann@example.com", record.RoleAccountManager)
	ben, benID := w.hire(w.account, "ben@example.com", record.RoleAccountManager)
	remove := func(by *browser, whom record.ID) func() int {
		return func() int { return w.send("", http.MethodDelete, w.manager(whom), nil, by.known).status }
	}
	if got := atOnce(remove(ann, benID), remove(ben, annID)); got[http.StatusNoContent] != 1 || got[http.StatusUnauthorized] != 1 {
		t.Errorf("statuses are %v", got)
	}
	if left := w.get(w.at("/account_managers")).data(); len(left) != 1 {
		t.Errorf("left are %v", left)
	}
}

func TestAdministrators(t *testing.T) {
	w := newWorld(t)
	made := w.post("/v1/administrators", fieldsOf{"name": "Root", "email": "root@example.com"}).want(http.StatusCreated)
	root := &browser{w: w}
	link := made.json()["invitation"].(map[string]any)["link"].(string)
	s := root.send(http.MethodPost, "/v1/invitations/"+tokenOf(t, link), fieldsOf{"password": goodPassword}).want(http.StatusOK).json()
	if s["administrator"] != true || s["account"] != nil || s["role"] != record.RoleAdministrator {
		t.Errorf("session is %v", s)
	}
	root.send(http.MethodPost, w.at("/users"), fieldsOf{"name": "U", "email": "u@example.com"}).want(http.StatusCreated)
	if e := w.entries(w.account, "user.create", 1)[0]; e.Actor.Type != record.ActorAdministrator || e.Actor.ID != made.id() {
		t.Errorf("actor is %+v", e.Actor)
	}
	root.send(http.MethodDelete, "/v1/administrators/"+string(made.id()), nil).want(http.StatusConflict)
	root.send(http.MethodPatch, "/v1/administrators/"+string(made.id()), fieldsOf{"administrator": false}).want(422)

	// Who owns an account and administrates the platform outlives the account.
	own := root.send(http.MethodPost, "/v1/accounts", fieldsOf{"name": "Own", "email": "o@example.com"}).want(http.StatusCreated).id()
	ann, annID := w.hire(own, "ann@example.com", record.RoleOwner)
	ann.send(http.MethodGet, "/v1/administrators", nil).want(http.StatusForbidden)
	root.send(http.MethodPatch, "/v1/accounts/"+string(own)+"/account_managers/"+string(annID), fieldsOf{"administrator": true}).want(http.StatusOK)
	if list := root.send(http.MethodGet, "/v1/administrators", nil).data(); len(list) != 2 {
		t.Errorf("administrators are %v", list)
	}
	ann.send(http.MethodDelete, "/v1/accounts/"+string(own), nil).want(http.StatusNoContent)
	if s := ann.send(http.MethodGet, "/v1/session", nil).want(http.StatusOK).json(); s["account"] != nil || s["administrator"] != true {
		t.Errorf("session is %v", s)
	}
	w.restart()
	ann.send(http.MethodGet, "/v1/accounts", nil).want(http.StatusOK)
	root.send(http.MethodDelete, "/v1/administrators/"+string(annID), nil).want(http.StatusNoContent)
	ann.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)

	_, benID := w.hire(w.account, "ben@example.com", record.RoleViewer)
	w.patch(w.manager(benID), fieldsOf{"administrator": true}).want(http.StatusOK)
	root.send(http.MethodDelete, "/v1/administrators/"+string(benID), nil).want(http.StatusNoContent)
	if m := w.get(w.manager(benID)).want(http.StatusOK).json(); m["administrator"] != false || m["role"] != record.RoleViewer {
		t.Errorf("he is %v", m)
	}
}

// A temporary password opens nothing but the way to another one, and not for ever.
func TestTemporaryPassword(t *testing.T) {
	w := newWorld(t)
	made := w.post(w.at("/account_managers"), fieldsOf{"name": "Ann", "email": "ann@example.com", "invite": "password"}).want(http.StatusCreated)
	if made.text("status") != personInvited {
		t.Errorf("status is %s", made.text("status"))
	}
	temporary := made.json()["invitation"].(map[string]any)["temporary_password"].(string)
	b := w.logIn("ann@example.com", temporary)
	if b.send(http.MethodGet, "/v1/session", nil).json()["must_change_password"] != true {
		t.Error("the password need not be changed")
	}
	if got := b.send(http.MethodGet, w.at("/users"), nil).want(http.StatusForbidden).text("code"); got != codeMustChange {
		t.Errorf("code %q", got)
	}
	change := func(to string) *got {
		return b.send(http.MethodPost, "/v1/session/password", fieldsOf{"current_password": temporary, "new_password": to})
	}
	for _, weak := range []string{"", "short", temporary, "aaaaaaaaaaaaaaaa", "ann@example.com1", "password1234567", strings.Repeat("long", 60)} {
		if f := change(weak).want(422).fields(); f["new_password"] == "" {
			t.Errorf("%q: %v", weak, f)
		}
	}
	change(goodPassword).want(http.StatusOK)
	b.send(http.MethodGet, w.at("/users"), nil).want(http.StatusOK)
	if got := w.get(w.manager(made.id())).json(); got["status"] != personActive || got["must_change_password"] != false || got["last_login_at"] == nil {
		t.Errorf("he is %v", got)
	}
	w.send("", http.MethodPost, "/v1/session", fieldsOf{"email": "ann@example.com", "password": temporary}).want(http.StatusUnauthorized)

	late := w.post(w.at("/account_managers"), fieldsOf{"name": "Ben", "email": "ben@example.com", "invite": "password"}).want(http.StatusCreated)
	w.clock.add(linkLife)
	w.send("", http.MethodPost, "/v1/session", fieldsOf{
		"email": "ben@example.com", "password": late.json()["invitation"].(map[string]any)["temporary_password"],
	}).want(http.StatusUnauthorized)
	if got := w.get(w.manager(late.id())).text("status"); got != personExpired {
		t.Errorf("status is %s", got)
	}
	w.post(w.manager(late.id())+"/resend", fieldsOf{"invite": "link"}).want(http.StatusOK)
	if got := w.get(w.manager(late.id())).text("status"); got != personInvited {
		t.Errorf("status is %s", got)
	}
	w.post(w.manager(late.id())+"/resend", fieldsOf{"invite": "pigeon"}).want(422)
	again := w.post(w.manager(late.id())+"/resend", fieldsOf{"invite": "password"}).want(http.StatusOK).text("temporary_password")
	w.logIn("ben@example.com", again)
	w.post(w.manager(late.id())+"/resend", nil).want(http.StatusOK)
	w.send("", http.MethodPost, "/v1/session", fieldsOf{"email": "ben@example.com", "password": again}).want(http.StatusUnauthorized)
	w.post(w.manager(made.id())+"/resend", nil).want(http.StatusConflict)
}

// What went to an address that was wrong is worthless once it is put right.
func TestAnotherAddress(t *testing.T) {
	w := newWorld(t)
	made := w.post(w.at("/account_managers"), fieldsOf{"name": "Ann", "email": "an@example.com", "invite": "password"}).want(http.StatusCreated)
	temporary := made.json()["invitation"].(map[string]any)["temporary_password"].(string)
	user := w.post(w.at("/users"), fieldsOf{"name": "U", "email": "uu@example.com"}).want(http.StatusCreated).id()
	link := w.post(w.at("/users/"+string(user)+"/invite"), nil).want(http.StatusOK).text("link")
	b := w.logIn("an@example.com", temporary)
	w.patch(w.manager(made.id()), fieldsOf{"email": "ann@example.com"}).want(http.StatusOK)
	b.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)
	for _, email := range []string{"an@example.com", "ann@example.com"} {
		w.send("", http.MethodPost, "/v1/session", fieldsOf{"email": email, "password": temporary}).want(http.StatusUnauthorized)
	}
	if got := w.get(w.manager(made.id())).text("status"); got != personExpired {
		t.Errorf("status is %s", got)
	}
	w.post(w.manager(made.id())+"/resend", nil).want(http.StatusOK)
	w.patch(w.at("/users/"+string(user)), fieldsOf{"email": "u@example.com"}).want(http.StatusOK)
	w.send("", http.MethodGet, "/v1/invitations/"+tokenOf(t, link), nil).want(http.StatusNotFound)
}

// An administrator who is none any more does not get through with what he asked before.
func TestAdministratorWhoWasOne(t *testing.T) {
	w := newWorld(t)
	other := w.newAccount("Other")
	_, boss := w.hire(other, "boss@example.com", record.RoleOwner)
	_, id := w.hire(w.account, "ann@example.com", record.RoleOwner)
	var was *person
	w.store.View(func(v *store.View) {
		r, _ := personIn(v, id)
		was = &person{}
		was.described(r)
		was.administrator = true // as he still was when he asked
	})
	for _, path := range []string{"/v1/accounts/{account}/account_managers/{manager}", "/v1/administrators/{manager}"} {
		for _, op := range w.server.table() {
			if op.method != http.MethodPatch || op.path != path {
				continue
			}
			c := newCall(w.server, op, nil, httptest.NewRequest(http.MethodPatch, "/", nil))
			c.person, c.account = was, other
			c.r.SetPathValue("manager", string(boss))
			err := w.store.Update(t.Context(), func(tx *store.Tx) error { return c.stillManages(tx) })
			if problemOf(err, w.server.log).Status != http.StatusForbidden {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

// Who calls himself otherwise with his link is in the log with it.
func TestNameOnInvitation(t *testing.T) {
	w := newWorld(t)
	made := w.post(w.at("/account_managers"), fieldsOf{"name": "A", "email": "ann@example.com"}).want(http.StatusCreated)
	link := made.json()["invitation"].(map[string]any)["link"].(string)
	w.send("", http.MethodPost, "/v1/invitations/"+tokenOf(t, link), fieldsOf{"password": goodPassword, "name": "Ann", "language": "fr"}).want(http.StatusOK)
	want := []record.FieldChange{{Field: "language", Before: "en", After: "fr"}, {Field: "name", Before: "A", After: "Ann"}, {Field: "password", After: changed}}
	if diff := cmp.Diff(want, w.entries(w.account, "invitation.accept", 1)[0].Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// A link works once, for whoever comes first, till it is replaced or its time is over.
func TestInvitation(t *testing.T) {
	w := newWorld(t)
	made := w.post(w.at("/account_managers"), fieldsOf{"name": "Ann", "email": "ann@example.com"}).want(http.StatusCreated)
	first := tokenOf(t, made.json()["invitation"].(map[string]any)["link"].(string))
	resent := w.post(w.manager(made.id())+"/resend", nil).want(http.StatusOK)
	second := tokenOf(t, resent.text("link"))
	if got, want := resent.text("expires_at"), w.clock.now().Add(linkLife); got > want.Format(time.RFC3339) {
		t.Errorf("ends at %s, want %s", got, want)
	}
	w.send("", http.MethodGet, "/v1/invitations/"+first, nil).want(http.StatusNotFound)
	accept := func(token string, body fieldsOf) *got {
		return w.send("", http.MethodPost, "/v1/invitations/"+token, body)
	}
	accept(second, fieldsOf{"password": goodPassword, "email": "other@example.com"}).want(422)
	accept(second, fieldsOf{"password": goodPassword, "account_name": "Mine"}).want(422)
	accept(second, fieldsOf{"password": goodPassword, "role": "owner"}).want(422)
	once := func() int { return accept(second, fieldsOf{"password": goodPassword}).status }
	if got := atOnce(once, once, once); got[http.StatusOK] != 1 || got[http.StatusNotFound] != 2 {
		t.Errorf("statuses are %v", got)
	}
	w.send("", http.MethodGet, "/v1/invitations/"+second, nil).want(http.StatusNotFound)
	if got := w.get(w.manager(made.id())).text("status"); got != personActive {
		t.Errorf("status is %s", got)
	}

	moved := w.post(w.at("/account_managers"), fieldsOf{"name": "Ben", "email": "ben@example.com"}).want(http.StatusCreated)
	old := tokenOf(t, moved.json()["invitation"].(map[string]any)["link"].(string))
	w.patch(w.manager(moved.id()), fieldsOf{"email": "benjamin@example.com"}).want(http.StatusOK)
	accept(old, fieldsOf{"password": goodPassword}).want(http.StatusNotFound) // it went to another address

	late := w.post(w.manager(moved.id())+"/resend", nil).want(http.StatusOK).text("link")
	w.clock.add(linkLife)
	accept(tokenOf(t, late), fieldsOf{"password": goodPassword}).want(http.StatusNotFound)
	if got := w.get(w.manager(moved.id())).text("status"); got != personExpired {
		t.Errorf("status is %s", got)
	}
	gone := w.post(w.manager(moved.id())+"/resend", nil).want(http.StatusOK).text("link")
	w.delete(w.manager(moved.id())).want(http.StatusNoContent)
	accept(tokenOf(t, gone), fieldsOf{"password": goodPassword}).want(http.StatusNotFound)
}
