package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"dialtone/internal/outbox"
	"dialtone/store"
	"dialtone/store/record"
)

// post office stands in for relays.
type postOffice struct{ open bool }

func (p *postOffice) Reachable(context.Context) bool { return p.open }
func (p *postOffice) Domain() string                 { return "example.com" }

// mails are those that wait, by recipient.
func (w *world) mails() map[string]*outbox.Mail {
	w.t.Helper()
	found := map[string]*outbox.Mail{}
	var queues []store.OutboxQueue
	err := w.store.OutboxQueues(store.OutboxMail, func(q store.OutboxQueue, _ time.Time) { queues = append(queues, q) })
	if err != nil {
		w.t.Fatal(err)
	}
	for _, q := range queues {
		row, err := w.store.OutboxHead(store.OutboxMail, q)
		if err != nil {
			w.t.Fatal(err)
		}
		m, err := outbox.ReadMail(row)
		if err != nil {
			w.t.Fatal(err)
		}
		found[m.To] = m
	}
	return found
}

func TestInvitationByMail(t *testing.T) {
	w := newWorld(t)
	w.server.Mail = &postOffice{open: true}
	w.patch(w.at(""), fieldsOf{"name": "Café <b>Noir</b> & Co"}).want(http.StatusOK)
	made := w.post(w.at("/account_managers"), fieldsOf{"name": "Zoé <script>", "email": "zoe@example.com", "language": "fr"}).want(http.StatusCreated)
	sent := made.json()["invitation"].(map[string]any)
	if sent["mailed"] != true || sent["link"] != nil || sent["temporary_password"] != nil {
		t.Errorf("told is %v", sent)
	}
	m := w.mails()["zoe@example.com"]
	if m == nil {
		t.Fatal("no mail")
	}
	link := regexp.MustCompile(`http://admin\.example\.com:8081/invitation/[A-Za-z0-9]{32}`).FindString(m.Text)
	for _, part := range []string{m.Text, m.HTML} {
		for _, want := range []string{link, "zoe@example.com", "http://admin.example.com:8081/", "Bonjour"} {
			if !strings.Contains(part, want) {
				t.Errorf("no %q in %s", want, part)
			}
		}
	}
	if strings.Contains(m.HTML, "<script>") || strings.Contains(m.HTML, "<b>Noir") || !strings.Contains(m.HTML, "Zoé &lt;script&gt;") {
		t.Errorf("HTML is not escaped: %s", m.HTML)
	}
	if !strings.HasPrefix(m.Subject, "Votre accès à la téléphonie de Café") {
		t.Errorf("subject is %q", m.Subject)
	}
	b := &browser{w: w}
	b.send(http.MethodPost, "/v1/invitations/"+tokenOf(t, link), fieldsOf{"password": goodPassword}).want(http.StatusOK)

	w.post(w.at("/account_managers"), fieldsOf{"name": "Ben", "email": "ben@example.com", "invite": "password"}).want(http.StatusCreated)
	m = w.mails()["ben@example.com"]
	temporary := regexp.MustCompile(`Temporary password: (\w+)`).FindStringSubmatch(m.Text)
	if temporary == nil || !strings.Contains(m.HTML, temporary[1]) {
		t.Fatalf("mail is %s", m.Text)
	}
	w.logIn("ben@example.com", temporary[1])

	w.server.Mail = &postOffice{}
	shown := w.post(w.at("/account_managers"), fieldsOf{"name": "Cy", "email": "cy@example.com"}).want(http.StatusCreated)
	if sent := shown.json()["invitation"].(map[string]any); sent["mailed"] != false || sent["link"] == nil || w.mails()["cy@example.com"] != nil {
		t.Errorf("told is %v", sent)
	}
	if strings.Contains(w.get(w.manager(shown.id())).raw, "invitation") {
		t.Error("the link is shown twice")
	}
}

// What would be another header is refused where it comes in.
func TestMailHeaderInjection(t *testing.T) {
	w := newWorld(t)
	w.server.Mail = &postOffice{open: true}
	for _, field := range []string{"name", "email"} {
		for _, evil := range []string{"x\r\nBcc: eve@example.com", "x\nSubject: y", "x@example.com\r\nBcc: eve@example.com", "x\x00", "x\u2028Bcc: y", "a@example.com, b@example.com", "Eve <eve@example.com>"} {
			body := fieldsOf{"name": "Ann", "email": "ann@example.com"}
			body[field] = evil
			g := w.post(w.at("/account_managers"), body)
			if field == "email" || strings.ContainsAny(evil, "\r\n\x00") {
				g.want(422)
				continue
			}
			g.want(http.StatusCreated)
			w.delete(w.manager(g.id())).want(http.StatusNoContent)
		}
	}
	for to, m := range w.mails() {
		if to != "ann@example.com" || strings.ContainsAny(m.Subject, "\r\n") {
			t.Errorf("mail to %q: %q", to, m.Subject)
		}
	}
}

func TestPasswordReset(t *testing.T) {
	w := newWorld(t)
	w.server.Mail = &postOffice{open: true}
	w.server.Mail.(*postOffice).open = false
	old, _ := w.hire(w.account, "ann@example.com", record.RoleOwner)
	w.server.Mail.(*postOffice).open = true
	w.post(w.at("/users"), fieldsOf{"name": "U", "email": "user@example.com"}).want(http.StatusCreated)
	var want *got
	for _, email := range []string{"ANN@example.com", "user@example.com", "nobody@example.com", "", "no\r\naddress"} {
		g := w.send("", http.MethodPost, "/v1/password_resets", fieldsOf{"email": email}).want(http.StatusAccepted)
		if want == nil {
			want = g
		}
		if g.raw != want.raw {
			t.Errorf("%q: %q", email, g.raw)
		}
	}
	mails := w.mails()
	if len(mails) != 1 || mails["ann@example.com"] == nil {
		t.Fatalf("mails are to %v", mails)
	}
	link := regexp.MustCompile(`http://\S+/reset/\w+`).FindString(mails["ann@example.com"].Text)
	old.send(http.MethodGet, "/v1/session", nil).want(http.StatusOK) // nothing has happened yet
	path := "/v1/invitations/" + tokenOf(t, link)
	if offer := w.send("", http.MethodGet, path, nil).want(http.StatusOK).json(); offer["kind"] != record.InviteReset || offer["email"] != "ann@example.com" {
		t.Errorf("offer is %v", offer)
	}
	b := &browser{w: w}
	b.send(http.MethodPost, path, fieldsOf{"password": "new " + goodPassword}).want(http.StatusOK)
	old.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)
	w.send("", http.MethodPost, path, fieldsOf{"password": goodPassword}).want(http.StatusNotFound)
	w.logIn("ann@example.com", "new "+goodPassword)

	for range 2 * resetMails {
		w.send("", http.MethodPost, "/v1/password_resets", fieldsOf{"email": "ann@example.com"}).want(http.StatusAccepted)
	}
	live := 0
	w.store.View(func(v *store.View) {
		r, _ := v.PersonByEmail("ann@example.com")
		store.Each(v, r.Header().ID, func(*record.Invitation) bool { live++; return true })
	})
	if live != 1 {
		t.Errorf("%d links are good", live)
	}
	if n := len(w.entries(w.account, "password_reset.create", 1)); n > resetMails+1 {
		t.Errorf("%d resets of one address", n)
	}
}

// Even where no more mail can wait, who asks is not told that somebody has the address.
func TestPasswordResetWithoutRoom(t *testing.T) {
	w := newWorld(t)
	w.hire(w.account, "ann@example.com", record.RoleOwner)
	w.server.Mail = &postOffice{open: true}
	for full := false; !full; {
		err := w.store.Update(t.Context(), func(tx *store.Tx) error {
			for range 2000 {
				row := store.OutboxRow{Lane: store.OutboxMail, Account: w.account, ExpiresAt: tx.Now().Add(time.Hour)}
				if _, err := tx.PutOutbox(row); errors.Is(err, store.ErrOutboxFull) {
					full = true
					return nil
				} else if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, email := range []string{"ann@example.com", "nobody@example.com"} {
		w.send("", http.MethodPost, "/v1/password_resets", fieldsOf{"email": email}).want(http.StatusAccepted)
	}
}

// Neither passwords nor links, tokens or their digests stand in a log or an answer.
func TestSecretsStaySecret(t *testing.T) {
	w := newWorld(t)
	made := w.post(w.at("/account_managers"), fieldsOf{"name": "Ann", "email": "ann@example.com", "role": "owner"}).want(http.StatusCreated)
	token := tokenOf(t, made.json()["invitation"].(map[string]any)["link"].(string))
	b := &browser{w: w}
	b.send(http.MethodPost, "/v1/invitations/"+token, fieldsOf{"password": goodPassword}).want(http.StatusOK)
	b.send(http.MethodPost, "/v1/session/password", fieldsOf{"current_password": goodPassword, "new_password": "new " + goodPassword}).want(http.StatusOK)
	b.send(http.MethodPost, w.at("/users"), fieldsOf{"name": "U", "email": "u@example.com"}).want(http.StatusCreated)
	w.entries(w.account, "user.create", 1)
	secrets := []string{token, goodPassword, b.cookie, b.csrf, "$argon2id$"}
	everything := b.send(http.MethodGet, w.at("/account_managers"), nil).raw + b.send(http.MethodGet, "/v1/session/others", nil).raw
	for _, account := range []record.ID{w.account, ""} {
		page, err := w.store.AuditEntries(store.AuditQuery{Account: account, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(page.Items)
		if err != nil {
			t.Fatal(err)
		}
		everything += string(text)
	}
	w.store.View(func(v *store.View) {
		if l, _ := v.Login(made.id()); strings.Contains(string(l.Hash), "argon2id") {
			t.Error("the hash is not sealed")
		}
	})
	for _, secret := range secrets {
		if strings.Contains(everything, secret) {
			t.Errorf("%q is in the log or an answer", secret)
		}
	}
}
