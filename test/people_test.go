package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// visitor is somebody's browser: a cookie jar and the token that changes need.
type visitor struct {
	d    *daemon
	http *http.Client
	csrf string
}

func (d *daemon) visitor(t testing.TB) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{d: d, http: &http.Client{Jar: jar}}
}

// want asks as the page does, for an answer of that status.
func (v *visitor) want(t testing.TB, status int, method, path string, body any) object {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if body == nil {
		text = nil
	}
	req, err := http.NewRequest(method, "http://"+v.d.Admin+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", "http://"+v.d.Admin)
	req.Header.Set("X-CSRF-Token", v.csrf)
	resp, err := v.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != status {
		t.Fatalf("%s %s: %d %s, want %d", method, path, resp.StatusCode, raw, status)
	}
	var answer object
	_ = json.Unmarshal(raw, &answer) // not everything is JSON
	if token := answer.str("csrf_token"); token != "" {
		v.csrf = token
	}
	return answer
}

var (
	mailedLink     = regexp.MustCompile(`http://[^\s"<]+/(?:invitation|reset)/([A-Za-z0-9]{32})`)
	mailedPassword = regexp.MustCompile(`(?:Temporary password|Mot de passe provisoire): (\w+)`)
)

// found is what a mail says, once in each of its parts.
func found(t testing.TB, l letter, what *regexp.Regexp) string {
	t.Helper()
	m := what.FindStringSubmatch(l.text)
	if m == nil || !strings.Contains(l.html, m[1]) {
		t.Fatalf("mail to %s has no %s:\n%s\n%s", l.to, what, l.text, l.html)
	}
	return m[1]
}

const peoplesPassword = "a long enough phrase"

// TestPeople goes through a daemon's first days: somebody gets in with the link it leaves,
// invites others by mail, who get in, do what they may and nothing else; and all that is
// there after a restart.
func TestPeople(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	file := filepath.Join(d.data, "first-login")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("first-login: %v, %v", info, err)
	}
	link, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	token := filepath.Base(strings.TrimSpace(string(link)))
	if want := "http://" + d.Admin + "/invitation/" + token; strings.TrimSpace(string(link)) != want {
		t.Errorf("the link is %s, want %s", link, want)
	}
	if strings.Contains(d.log.String(), token) {
		t.Error("the log has the token")
	}
	owner := d.visitor(t)
	owner.want(t, 401, http.MethodGet, "/v1/session", nil)
	s := owner.want(t, 200, http.MethodPost, "/v1/invitations/"+token, object{
		"name": "Olga Owner", "email": "olga@example.com", "password": peoplesPassword, "account_name": "Acme",
	})
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the used link is left: %v", err)
	}
	account := "/v1/accounts/" + s.str("account")

	made := owner.want(t, 201, http.MethodPost, account+"/account_managers", object{"name": "Vera Viewer", "email": "vera@example.com", "role": "viewer"})
	mail := r.await("Your access to the telephone system of Acme", 1)[0]
	if invited, _ := made["invitation"].(map[string]any); invited["mailed"] != true || invited["link"] != nil || mail.to != "vera@example.com" {
		t.Errorf("invited %v, mail to %s", invited, mail.to)
	}
	for _, want := range []string{"Olga Owner invites you", "vera@example.com", "http://" + d.Admin + "/"} {
		if !strings.Contains(mail.text, want) || !strings.Contains(mail.html, want) {
			t.Errorf("no %q in the mail:\n%s", want, mail.text)
		}
	}
	viewer := d.visitor(t)
	viewer.want(t, 200, http.MethodPost, "/v1/invitations/"+found(t, mail, mailedLink), object{"password": peoplesPassword})
	viewer.want(t, 200, http.MethodGet, account+"/devices", nil)
	viewer.want(t, 403, http.MethodPost, account+"/users", object{"name": "X", "email": "x@example.com"})
	await(t, "the denial is in the log", func() error {
		list := owner.want(t, 200, http.MethodGet, account+"/audit_entries?event=user.create&outcome=denied&actor=Vera", nil).list("data")
		if len(list) != 1 {
			return fmt.Errorf("%v", list)
		}
		return nil
	})

	user := owner.want(t, 201, http.MethodPost, account+"/users", object{"name": "Ulysse", "email": "ulysse@example.com", "language": "fr"}).id()
	owner.want(t, 200, http.MethodPost, account+"/users/"+user+"/invite", object{"invite": "password"})
	temporary := found(t, r.await("Votre accès à la téléphonie de Acme", 1)[0], mailedPassword)
	phone := d.visitor(t)
	phone.want(t, 200, http.MethodPost, "/v1/session", object{"email": "ulysse@example.com", "password": temporary})
	phone.want(t, 403, http.MethodGet, account+"/me", nil)
	phone.want(t, 200, http.MethodPost, "/v1/session/password", object{"current_password": temporary, "new_password": peoplesPassword})
	phone.want(t, 200, http.MethodPatch, account+"/me", object{"do_not_disturb": true})
	phone.want(t, 403, http.MethodGet, account+"/users", nil)

	phone.want(t, 202, http.MethodPost, "/v1/password_resets", object{"email": "vera@example.com"})
	reset := found(t, r.await("New password for the telephone system of Acme", 1)[0], mailedLink)
	other := d.visitor(t)
	other.want(t, 200, http.MethodPost, "/v1/invitations/"+reset, object{"password": "another " + peoplesPassword})
	viewer.want(t, 401, http.MethodGet, "/v1/session", nil)

	d.stop()
	d2 := start(t, options{data: d.data, config: r.config()})
	for _, v := range []*visitor{owner, phone, other} {
		v.d = d2 // the cookie is of the host, whatever the port
		v.want(t, 200, http.MethodGet, "/v1/session", nil)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("there is another link for a first person: %v", err)
	}
	for _, secret := range []string{peoplesPassword, temporary, reset, owner.csrf, "$argon2id"} {
		if strings.Contains(d.log.String(), secret) || strings.Contains(d2.log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// TestFirstLoginOfDemo: what --demo prints lets one in as the owner of the demo account, and
// without a relay an invitation is shown once.
func TestFirstLoginOfDemo(t *testing.T) {
	t.Parallel()
	d := start(t, options{args: []string{"--demo"}})
	printed := func(d *daemon) (token string) {
		t.Helper()
		await(t, "the link is printed", func() error {
			m := mailedLink.FindStringSubmatch(d.out.String())
			if m == nil {
				return errors.New(d.out.String())
			}
			token = m[1]
			return nil
		})
		return token
	}
	token := printed(d)
	d.stop()
	restarted := start(t, options{data: d.data, args: []string{"--demo"}})
	if again := printed(restarted); again != token {
		t.Fatalf("another link is printed after a restart: %s, was %s", again, token)
	}
	owner := restarted.visitor(t)
	offer := owner.want(t, 200, http.MethodGet, "/v1/invitations/"+token, nil)
	if offer.str("account_name") != "Demo" || offer["needs_account"] != false {
		t.Errorf("offer is %v", offer)
	}
	s := owner.want(t, 200, http.MethodPost, "/v1/invitations/"+token, object{"name": "Olga", "email": "olga@example.com", "password": peoplesPassword})
	if s.str("account_name") != "Demo" || s.str("role") != "owner" || s["administrator"] != true {
		t.Errorf("session is %v", s)
	}
	made := owner.want(t, 201, http.MethodPost, "/v1/accounts/"+s.str("account")+"/account_managers", object{"name": "Max", "email": "max@example.com"})
	invited, _ := made["invitation"].(map[string]any)
	shown, _ := invited["link"].(string)
	if link := mailedLink.FindStringSubmatch(shown); invited["mailed"] != false || link == nil {
		t.Errorf("invited is %v", invited)
	}
}
