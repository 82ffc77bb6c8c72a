package admin

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"dialtone/store/record"
)

// browser is somebody's browser: it keeps the cookie and knows the token.
type browser struct {
	w      *world
	cookie string
	csrf   string
}

// did takes over what an answer says of the session.
func (b *browser) did(g *got) *got {
	b.w.t.Helper()
	for _, c := range (&http.Response{Header: g.header}).Cookies() {
		if c.Name == sessionCookie {
			b.cookie = c.Value
		}
	}
	if g.status == http.StatusOK && strings.Contains(g.raw, "csrf_token") {
		b.csrf = g.text("csrf_token")
	}
	return g
}

// send asks as the page does.
func (b *browser) send(method, path string, body any, opts ...option) *got {
	b.w.t.Helper()
	return b.did(b.w.send("", method, path, body, append([]option{b.known}, opts...)...))
}

// known has a request show who asks.
func (b *browser) known(r *http.Request) {
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: b.cookie})
	}
	if b.csrf != "" {
		r.Header.Set(csrfHeader, b.csrf)
	}
}

// logIn is a new browser in which somebody has logged in.
func (w *world) logIn(email, password string) *browser {
	w.t.Helper()
	b := &browser{w: w}
	b.send(http.MethodPost, "/v1/session", fieldsOf{"email": email, "password": password}).want(http.StatusOK)
	return b
}

// goodPassword is one the tests' people choose.
const goodPassword = "correct horse battery"

// tokenOf is the token of a link.
func tokenOf(t *testing.T, link string) string {
	t.Helper()
	m := regexp.MustCompile(`^http://admin\.example\.com:8081/(?:invitation|reset)/([A-Za-z0-9]{32})$`).FindStringSubmatch(link)
	if m == nil {
		t.Fatalf("no link: %q", link)
	}
	return m[1]
}

// hire makes a manager of a role who has chosen his password, and his browser.
func (w *world) hire(account record.ID, email, role string) (*browser, record.ID) {
	w.t.Helper()
	made := w.post("/v1/accounts/"+string(account)+"/account_managers", fieldsOf{"name": "Manager " + email, "email": email, "role": role}).want(http.StatusCreated)
	link := made.json()["invitation"].(map[string]any)["link"].(string)
	b := &browser{w: w}
	b.send(http.MethodPost, "/v1/invitations/"+tokenOf(w.t, link), fieldsOf{"password": goodPassword}).want(http.StatusOK)
	return b, made.id()
}

func TestSession(t *testing.T) {
	w := newWorld(t)
	b, id := w.hire(w.account, "Ann@Example.com", record.RoleOwner)
	s := b.send(http.MethodGet, "/v1/session", nil).want(http.StatusOK).json()
	person := s["person"].(map[string]any)
	if person["id"] != string(id) || s["account"] != string(w.account) || s["must_change_password"] != false {
		t.Errorf("session is %v", s)
	}
	b.send(http.MethodPost, w.at("/users"), fieldsOf{"name": "U", "email": "u@example.com"}).want(http.StatusCreated)
	if e := w.entries(w.account, "user.create", 1)[0]; e.Actor.Type != record.ActorManager || e.Actor.Email != "Ann@Example.com" {
		t.Errorf("actor is %+v", e.Actor)
	}
	b.send(http.MethodDelete, "/v1/session", nil).want(http.StatusNoContent)
	b.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)
	w.logIn("ann@example.com", goodPassword)
}

func TestCSRF(t *testing.T) {
	w := newWorld(t)
	b, _ := w.hire(w.account, "ann@example.com", record.RoleOwner)
	token := b.csrf
	user := fieldsOf{"name": "U", "email": "u@example.com"}
	for name, tt := range map[string]struct {
		token string
		opts  []option
		good  bool
	}{
		"no token":          {"", nil, false},
		"another's":         {csrfToken("x"), nil, false},
		"another site":      {token, []option{withHeader("Origin", "https://evil.example")}, false},
		"another site's":    {token, []option{withHeader("Sec-Fetch-Site", "cross-site")}, false},
		"a sibling's":       {token, []option{withHeader("Sec-Fetch-Site", "same-site")}, false},
		"a null origin":     {token, []option{withHeader("Origin", "null")}, false},
		"ours":              {token, []option{withHeader("Origin", "http://example.com"), withHeader("Sec-Fetch-Site", "same-origin")}, true},
		"ours, by its name": {token, []option{withHeader("Origin", "http://admin.example.com:8081")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w.t, b.csrf = t, tt.token
			want := http.StatusForbidden
			if tt.good {
				want = http.StatusCreated
				user["email"] = strings.NewReplacer(" ", "", ",", "").Replace(name) + "@example.com"
			}
			if g := b.send(http.MethodPost, w.at("/users"), user, tt.opts...).want(want); !tt.good && g.text("code") != codeCSRF {
				t.Errorf("code %q", g.text("code"))
			}
		})
	}
	w.t = t
	w.send("", http.MethodPost, "/v1/session", fieldsOf{"email": "ann@example.com", "password": goodPassword}, withHeader("Sec-Fetch-Site", "cross-site")).want(http.StatusForbidden)
}
