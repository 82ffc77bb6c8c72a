package admin

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// poll waits until something is so.
func poll(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("it never came that %s", what)
}

func TestCookie(t *testing.T) {
	w := newWorld(t)
	w.hire(w.account, "ann@example.com", record.RoleOwner)
	login := func(opts ...option) *http.Cookie {
		t.Helper()
		g := w.send("", http.MethodPost, "/v1/session", fieldsOf{"email": "ann@example.com", "password": goodPassword}, opts...).want(http.StatusOK)
		return (&http.Response{Header: g.header}).Cookies()[0]
	}
	c := login()
	if c.Name != "dialtone_session" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Secure || len(c.Value) != store.TokenLength || c.Expires.Before(w.clock.now().Add(29*24*time.Hour)) {
		t.Errorf("cookie is %+v", c)
	}
	w.server.PublicURL = func(*http.Request) string { return "https://phones.example.com" }
	if c := login(func(r *http.Request) { r.Host = "phones.example.com" }); !c.Secure {
		t.Error("not Secure behind a proxy that speaks HTTPS")
	}
	if c := login(func(r *http.Request) { r.Host = "127.0.0.1:8081" }, withHeader("Origin", "https://phones.example.com")); !c.Secure {
		t.Error("not Secure behind a proxy that asks for another name")
	}
	if c := login(func(r *http.Request) { r.Host = "127.0.0.1:8081" }); c.Secure {
		t.Error("Secure where the browser does not speak HTTPS")
	}
}

// Whoever logs in gets a session of his own: one that somebody put into his browser is
// never taken, and one that was there ends.
func TestSessionFixation(t *testing.T) {
	w := newWorld(t)
	w.hire(w.account, "ann@example.com", record.RoleOwner)
	w.hire(w.account, "eve@example.com", record.RoleViewer)
	for name, planted := range map[string]string{
		"one made up":     strings.Repeat("x", store.TokenLength),
		"somebody else's": w.logIn("eve@example.com", goodPassword).cookie,
		"an old one":      w.logIn("ann@example.com", goodPassword).cookie,
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			b := &browser{w: w, cookie: planted}
			b.send(http.MethodPost, "/v1/session", fieldsOf{"email": "ann@example.com", "password": goodPassword}).want(http.StatusOK)
			if b.cookie == planted {
				t.Fatal("the planted session is taken")
			}
			(&browser{w: w, cookie: planted}).send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)
			if got := b.send(http.MethodGet, "/v1/session", nil).want(http.StatusOK).json()["person"].(map[string]any)["email"]; got != "ann@example.com" {
				t.Errorf("logged in as %v", got)
			}
		})
	}
}

// A session ends 12 hours after its last use, and 30 days after the login however often it
// is used. Its use is written once a minute at most.
func TestSessionEnds(t *testing.T) {
	w := newWorld(t)
	b, _ := w.hire(w.account, "ann@example.com", record.RoleOwner)
	seen := func() (at time.Time) {
		w.store.View(func(v *store.View) {
			s, _ := v.Session(record.DigestToken([]byte(b.cookie)), w.clock.now())
			at = s.SeenAt
		})
		return at
	}
	begun := seen()
	b.send(http.MethodGet, "/v1/session", nil).want(http.StatusOK)
	use := func() {
		t.Helper()
		before := seen()
		b.send(http.MethodGet, "/v1/session", nil).want(http.StatusOK)
		poll(t, "the use is noted", func() bool { return seen().After(before) })
	}
	w.clock.add(30 * time.Second)
	b.send(http.MethodGet, "/v1/session", nil).want(http.StatusOK)
	if !seen().Equal(begun) {
		t.Error("a use is written twice in a minute")
	}
	for range 3 {
		w.clock.add(11 * time.Hour)
		use()
	}
	idle := w.logIn("ann@example.com", goodPassword)
	w.clock.add(record.SessionIdle)
	idle.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)

	b = w.logIn("ann@example.com", goodPassword)
	for left := record.SessionLife; left > 11*time.Hour; left -= 11 * time.Hour {
		w.clock.add(11 * time.Hour)
		if left > 12*time.Hour {
			use()
		}
	}
	w.clock.add(11 * time.Hour)
	b.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)
	if err := w.store.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.store.View(func(v *store.View) {
		r, _ := v.PersonByEmail("ann@example.com")
		if left := v.Sessions(r.Header().ID); len(left) > 0 {
			t.Errorf("sessions are left: %v", left)
		}
	})
}

// What a person was goes with his password, his role and himself.
func TestSessionsEndWithWhatTheyRestOn(t *testing.T) {
	w := newWorld(t)
	b, id := w.hire(w.account, "ann@example.com", record.RoleAccountManager)
	other := w.logIn("ann@example.com", goodPassword)
	dead := func(b *browser) {
		t.Helper()
		b.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)
	}
	if list := b.send(http.MethodGet, "/v1/session/others", nil).data(); len(list) != 2 {
		t.Errorf("sessions are %v", list)
	}
	b.send(http.MethodPost, "/v1/session/password", fieldsOf{"current_password": "not it at all", "new_password": "another " + goodPassword}).want(422)
	b.send(http.MethodPost, "/v1/session/password", fieldsOf{"current_password": goodPassword, "new_password": "another " + goodPassword}).want(http.StatusOK)
	b.send(http.MethodGet, "/v1/session", nil).want(http.StatusOK)
	dead(other)
	w.patch(w.manager(id), fieldsOf{"role": "viewer"}).want(http.StatusOK)
	dead(b)
	b = w.logIn("ann@example.com", "another "+goodPassword)
	w.post(w.manager(id)+"/sign_out", nil).want(http.StatusNoContent)
	dead(b)
	b = w.logIn("ann@example.com", "another "+goodPassword)
	w.delete(w.manager(id)).want(http.StatusNoContent)
	dead(b)
	user, _ := w.userLogsIn("user@example.com")
	w.delete(w.at("")).want(http.StatusNoContent)
	dead(user)
}

func TestTooManySessions(t *testing.T) {
	w := newWorld(t)
	first, id := w.hire(w.account, "ann@example.com", record.RoleOwner)
	for range record.MaxSessions {
		w.logIn("ann@example.com", goodPassword)
	}
	first.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)
	w.store.View(func(v *store.View) {
		if n := len(v.Sessions(id)); n != record.MaxSessions {
			t.Errorf("%d sessions", n)
		}
	})
}

// Who asks is told the same whatever is wrong.
func TestLoginTellsNothing(t *testing.T) {
	w := newWorld(t)
	w.hire(w.account, "ann@example.com", record.RoleOwner)
	w.post(w.at("/account_managers"), fieldsOf{"name": "I", "email": "invited@example.com"}).want(http.StatusCreated)
	w.post(w.at("/users"), fieldsOf{"name": "U", "email": "user@example.com"}).want(http.StatusCreated)
	var want string
	for _, email := range []string{"ann@example.com", "invited@example.com", "user@example.com", "nobody@example.com", "", "no address", "ann@example.com\r\n"} {
		g := w.send("", http.MethodPost, "/v1/session", fieldsOf{"email": email, "password": "wrong horse battery"}).want(http.StatusUnauthorized)
		if want == "" {
			want = g.raw
		}
		if g.raw != want || g.header.Get("Set-Cookie") != "" || g.text("code") != codeLoginFailed {
			t.Errorf("%q: %s %v", email, g.raw, g.header)
		}
	}
	e := w.entries(w.account, "session.create", 1)
	denied := 0
	for _, one := range e {
		if one.Outcome == record.OutcomeDenied {
			denied++
			if strings.Contains(one.Detail, "wrong horse") || one.Actor.Type != record.ActorNobody {
				t.Errorf("entry is %+v", one)
			}
		}
	}
	if denied == 0 {
		t.Error("a wrong login leaves no entry")
	}
}

// A source that guesses is stopped, and so is a flock of them at one person; who has
// logged in from where he is goes on.
func TestLoginIsLimited(t *testing.T) {
	w := newWorld(t)
	w.hire(w.account, "ann@example.com", record.RoleOwner)
	w.hire(w.account, "ben@example.com", record.RoleViewer)
	try := func(email, password, source string) *got {
		return w.send("", http.MethodPost, "/v1/session", fieldsOf{"email": email, "password": password}, from(source))
	}
	try("ann@example.com", goodPassword, "192.0.2.1:1").want(http.StatusOK)
	for range sourceGuesses {
		try("nobody@example.com", "wrong", "203.0.113.5:1")
	}
	limited := try("ann@example.com", goodPassword, "203.0.113.5:1").want(http.StatusTooManyRequests)
	if limited.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	try("ann@example.com", goodPassword, "203.0.113.6:1").want(http.StatusOK)
	for i := range addressGuesses {
		try("Ann@example.com", "wrong", "198.51.100."+string(rune('0'+i%10))+":1")
	}
	try("ann@example.com", goodPassword, "198.51.100.77:1").want(http.StatusTooManyRequests)
	try("ann@example.com", goodPassword, "192.0.2.1:2").want(http.StatusOK)
	try("ben@example.com", goodPassword, "198.51.100.77:1").want(http.StatusOK)
	for range addressGuesses { // of everybody behind one proxy she alone is kept out
		try("ann@example.com", "wrong", "192.0.2.1:3")
	}
	try("ann@example.com", goodPassword, "192.0.2.1:3").want(http.StatusTooManyRequests)
	try("ben@example.com", goodPassword, "198.51.100.77:2").want(http.StatusOK)
	w.clock.add(time.Hour)
	try("ann@example.com", goodPassword, "198.51.100.77:1").want(http.StatusOK)
}

// Who guesses through a proxy on this machine keeps out nobody but whom he guesses at.
func TestLoginThroughProxy(t *testing.T) {
	w := newWorld(t)
	w.hire(w.account, "ann@example.com", record.RoleOwner)
	w.hire(w.account, "ben@example.com", record.RoleViewer)
	for _, proxy := range []string{"127.0.0.1:1", "[::1]:1"} {
		try := func(email, password string) *got {
			return w.send("", http.MethodPost, "/v1/session", fieldsOf{"email": email, "password": password}, from(proxy))
		}
		for range 2 * sourceGuesses {
			try("nobody@example.com", "wrong")
		}
		try("ann@example.com", goodPassword).want(http.StatusOK)
		for range addressGuesses {
			try("ben@example.com", "wrong")
		}
		try("ben@example.com", goodPassword).want(http.StatusTooManyRequests)
	}
}
