package admin

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dialtone/store"
	"dialtone/store/record"
)

func TestFirstLogin(t *testing.T) {
	w := newWorld(t)
	w.delete(w.at("")).want(http.StatusNoContent)
	file := filepath.Join(w.dir, "first-login")
	w.server.FirstLogin = file
	link := w.firstLogin(file)
	if again := w.firstLogin(file); again != link {
		t.Errorf("a second start makes another link")
	}
	path := "/v1/invitations/" + tokenOf(t, link)
	offer := w.send("", http.MethodGet, path, nil).want(http.StatusOK).json()
	if offer["kind"] != record.InviteFirst || offer["needs_account"] != true {
		t.Errorf("offer is %v", offer)
	}
	b := &browser{w: w}
	if f := b.send(http.MethodPost, path, fieldsOf{"password": "short", "name": "Ann"}).want(422).fields(); f["password"] != codeWeak {
		t.Errorf("fields are %v", f)
	}
	b.send(http.MethodPost, path, fieldsOf{"password": goodPassword, "name": "Ann", "email": "ann@example.com"}).want(422)
	s := b.send(http.MethodPost, path, fieldsOf{"password": goodPassword, "name": "Ann", "email": "ann@example.com", "account_name": "Café"}).want(http.StatusOK).json()
	if s["role"] != record.RoleOwner || s["administrator"] != true || s["account_name"] != "Café" {
		t.Errorf("session is %v", s)
	}
	if again := w.firstLogin(file); again != "" {
		t.Errorf("a link is left: %q", again)
	}
	(&browser{w: w}).send(http.MethodPost, path, fieldsOf{"password": goodPassword}).want(http.StatusNotFound)
	b.send(http.MethodGet, "/v1/accounts", nil).want(http.StatusOK)
	b.send(http.MethodPost, "/v1/accounts", fieldsOf{"name": "Second", "email": "x@example.com"}).want(http.StatusCreated)
}

func (w *world) firstLogin(file string) string {
	w.t.Helper()
	link, err := EnsureFirstLogin(w.t.Context(), w.store, file, "http://admin.example.com:8081", "", w.clock.now())
	if err != nil {
		w.t.Fatal(err)
	}
	return link
}

// first is a daemon nobody can log in to, its link, and the fields to use it with.
func first(t *testing.T) (w *world, path string, body fieldsOf) {
	t.Helper()
	w = newWorld(t)
	file := filepath.Join(w.dir, "first-login")
	w.server.FirstLogin = file
	return w, "/v1/invitations/" + tokenOf(t, w.firstLogin(file)), fieldsOf{"password": goodPassword, "name": "Ann", "email": "ann@example.com"}
}

func TestFirstLoginFile(t *testing.T) {
	w, path, body := first(t)
	info, err := os.Stat(w.server.FirstLogin)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("file is %v, %v", info, err)
	}
	link := readKey(t, w.server.FirstLogin)
	moved, err := EnsureFirstLogin(t.Context(), w.store, w.server.FirstLogin, "https://phones.example.com/", "", w.clock.now())
	if err != nil || moved != "https://phones.example.com/invitation/"+tokenOf(t, link) || readKey(t, w.server.FirstLogin) != moved {
		t.Errorf("elsewhere the link is %q, %v", moved, err)
	}
	if err := os.Remove(w.server.FirstLogin); err != nil {
		t.Fatal(err)
	}
	again := w.firstLogin(w.server.FirstLogin)
	if again == link {
		t.Error("a lost link comes again: it was stored")
	}
	w.send("", http.MethodGet, path, nil).want(http.StatusNotFound)
	w.clock.add(linkLife)
	w.send("", http.MethodGet, "/v1/invitations/"+tokenOf(t, again), nil).want(http.StatusNotFound)
	last := w.firstLogin(w.server.FirstLogin)
	if last == again {
		t.Error("a link that is over is kept")
	}
	w.send("", http.MethodPost, "/v1/invitations/"+tokenOf(t, last), body).want(http.StatusOK)
	if _, err := os.Stat(w.server.FirstLogin); !os.IsNotExist(err) {
		t.Errorf("the used link is left: %v", err)
	}
}

// The first person owns the account that is there, if nobody does.
func TestFirstLoginTakesTheAccount(t *testing.T) {
	for _, tt := range []struct {
		name    string
		prepare func(w *world)
		role    string
		own     bool
	}{
		{"one account", func(*world) {}, record.RoleOwner, true},
		{"two accounts", func(w *world) { w.newAccount("Other") }, record.RoleAdministrator, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, path, body := first(t)
			tt.prepare(w)
			b := &browser{w: w}
			if offer := w.send("", http.MethodGet, path, nil).want(http.StatusOK).json(); offer["needs_account"] != false {
				t.Errorf("offer is %v", offer)
			}
			s := b.send(http.MethodPost, path, body).want(http.StatusOK).json()
			if s["role"] != tt.role || s["administrator"] != true || (s["account"] == string(w.account)) != tt.own {
				t.Errorf("session is %v", s)
			}
			b.send(http.MethodGet, w.at("/users"), nil).want(http.StatusOK)
		})
	}
}

// With an account of its own the link makes the owner of that one, however many there are.
func TestFirstLoginOfAnAccount(t *testing.T) {
	w := newWorld(t)
	w.newAccount("Other")
	file := filepath.Join(w.dir, "first-login")
	link, err := EnsureFirstLogin(t.Context(), w.store, file, "http://admin.example.com:8081", w.account, w.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	path := "/v1/invitations/" + tokenOf(t, link)
	if offer := w.send("", http.MethodGet, path, nil).want(http.StatusOK).json(); offer["account_name"] != "Acme" {
		t.Errorf("offer is %v", offer)
	}
	s := (&browser{w: w}).send(http.MethodPost, path, fieldsOf{"password": goodPassword, "name": "Ann", "email": "ann@example.com"}).want(http.StatusOK).json()
	if s["account"] != string(w.account) || s["role"] != record.RoleOwner {
		t.Errorf("session is %v", s)
	}
}

// Once somebody can log in the first link is nobody's, and two who use it at once are one.
func TestFirstLoginIsOnce(t *testing.T) {
	w, path, body := first(t)
	second := fieldsOf{"password": goodPassword, "name": "Eve", "email": "eve@example.com"}
	use := func(body fieldsOf) func() int {
		return func() int { return w.send("", http.MethodPost, path, body).status }
	}
	if got := atOnce(use(body), use(second)); got[http.StatusOK] != 1 || got[http.StatusNotFound] != 1 {
		t.Errorf("statuses are %v", got)
	}
	w, path, body = first(t)
	w.post("/v1/administrators", fieldsOf{"name": "Root", "email": "root@example.com"}).want(http.StatusCreated)
	w.send("", http.MethodGet, path, nil).want(http.StatusNotFound)
	w.send("", http.MethodPost, path, body).want(http.StatusNotFound)
}

// What is wrong with the first person's fields is said at the field, and costs nothing.
func TestFirstLoginFields(t *testing.T) {
	w, path, body := first(t)
	for field, values := range map[string][]string{
		"name": {"", strings.Repeat("x", record.MaxName+1), "a\r\nb"}, "email": {"", "nobody", "a@b.c\r\nX: y"},
		"password": {"", "short", "ann@example.com"}, "language": {"xx"},
	} {
		for _, v := range values {
			bad := fieldsOf{}
			for name, good := range body {
				bad[name] = good
			}
			bad[field] = v
			if f := w.send("", http.MethodPost, path, bad).want(422).fields(); f[field] == "" {
				t.Errorf("%s %q: %v", field, v, f)
			}
		}
	}
	w.send("", http.MethodPost, path, body).want(http.StatusOK)
	w.store.View(func(v *store.View) {
		if n := v.Managers(); n != 1 {
			t.Errorf("%d people", n)
		}
	})
}
