package admin

import (
	"bytes"
	"cmp"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// sessionView is what a person who has logged in is told of himself.
type sessionView struct {
	Person        personView `json:"person" doc:"Who has logged in."`
	Role          string     `json:"role" doc:"owner, account_manager, viewer or user; administrator of who belongs to no account."`
	Administrator bool       `json:"administrator" doc:"Whether he administrates the platform, with the rights of an owner in every account."`
	Account       record.ID  `json:"account" doc:"The account he belongs to; null of an administrator without one."`
	AccountName   string     `json:"account_name" doc:"Its name."`
	MustChange    bool       `json:"must_change_password" doc:"Whether nothing else may be done before the password is changed."`
	CSRFToken     string     `json:"csrf_token" doc:"What every change needs in the header X-CSRF-Token."`
	ExpiresAt     time.Time  `json:"expires_at" doc:"When the session ends if it is not used: after 12 hours, and 30 days after the login in any case."`
	Permissions   []string   `json:"permissions" doc:"Events of the operations his role may do."`
}

// personView is a person by himself.
type personView struct {
	ID       record.ID `json:"id" doc:"The account manager or user."`
	Name     string    `json:"name" doc:"Full name."`
	Email    string    `json:"email" doc:"E-mail address he logs in with."`
	Language string    `json:"language" doc:"en or fr."`
}

// ownSession is one of a person's sessions.
type ownSession struct {
	ID         record.ID `json:"id" doc:"Identifier."`
	CreatedAt  time.Time `json:"created_at" doc:"When he logged in."`
	LastSeenAt time.Time `json:"last_seen_at" doc:"When it was last used, to the minute."`
	ExpiresAt  time.Time `json:"expires_at" doc:"When it ends if it is not used."`
	IP         string    `json:"ip" doc:"Where he logged in from."`
	UserAgent  string    `json:"user_agent" doc:"What the browser said it is."`
	Current    bool      `json:"current" doc:"Whether this is the one that asks."`
}

// loginInput is a login.
type loginInput struct {
	Email    string `json:"email" doc:"E-mail address."`
	Password string `json:"password" api:"writeonly" doc:"Password."`
}

// passwordInput is a change of the own password.
type passwordInput struct {
	Current string `json:"current_password" api:"writeonly" doc:"The password so far."`
	New     string `json:"new_password" api:"writeonly" doc:"The new one: at least 12 characters."`
}

// sessionOperations are about the caller's own login.
func sessionOperations() []*operation {
	return []*operation{
		{
			method: http.MethodPost, path: "/v1/session", event: "session.create", open: true,
			summary: "Logs in: the answer sets the cookie of a session. Whatever is wrong, the answer is the same.",
			body:    []reflect.Type{typeOf[loginInput]()}, required: []string{"email", "password"},
			answer: typeOf[*sessionView](), status: http.StatusOK, handle: handleLogin,
		},
		{
			method: http.MethodGet, path: "/v1/session", event: "session.read", scope: scopeSession, always: true,
			summary: "Tells who has logged in and what he may do.",
			answer:  typeOf[*sessionView](), status: http.StatusOK, handle: handleSession,
		},
		{
			method: http.MethodDelete, path: "/v1/session", event: "session.delete", scope: scopeSession, always: true,
			summary: "Logs out.", status: http.StatusNoContent, handle: handleLogout,
		},
		{
			method: http.MethodPost, path: "/v1/session/password", event: "session.change_password", scope: scopeSession, always: true,
			summary: "Changes the own password; the other sessions end.",
			body:    []reflect.Type{typeOf[passwordInput]()}, required: []string{"current_password", "new_password"},
			answer: typeOf[*sessionView](), status: http.StatusOK, handle: handleChangePassword,
		},
		{
			method: http.MethodGet, path: "/v1/session/others", event: "session.list", scope: scopeSession,
			summary: "Lists the own sessions, the newest first.", answer: typeOf[ownSession](), list: true,
			status: http.StatusOK, handle: handleOwnSessions,
		},
		{
			method: http.MethodDelete, path: "/v1/session/others/{session}", event: "session.delete_other", scope: scopeSession,
			summary: "Ends one of the own sessions.", status: http.StatusNoContent, handle: handleEndSession,
		},
	}
}

// loginFailed is the answer to every login that is not right.
func loginFailed() error {
	return newProblem(http.StatusUnauthorized, codeLoginFailed, "e-mail address and password do not belong together")
}

func handleLogin(c *call) (*answer, error) {
	var in loginInput
	if err := c.readInto(&in); err != nil {
		return nil, err
	}
	who, login := c.claimed(in.Email)
	if err := c.server.guesses.allow(c.source, in.Email, c.usual(who)); err != nil {
		return nil, err
	}
	right, err := c.proves(login, in.Password)
	if err != nil {
		return nil, err
	}
	if !right || !login.Usable(c.server.now()) {
		c.server.guesses.wrong(c.source, in.Email)
		return nil, loginFailed()
	}
	return c.logIn(who.Header().ID, func(tx *store.Tx) ([]record.FieldChange, error) {
		now, err := tx.LoginOf(who.Header().ID)
		if err != nil {
			return nil, err
		}
		if now == nil || !bytes.Equal(now.Hash, login.Hash) { // changed in the meantime
			return nil, loginFailed()
		}
		return nil, nil
	})
}

// proves says whether a password is that of a login; nil is nobody's, which takes as long
// to find out.
func (c *call) proves(login *record.Login, password string) (bool, error) {
	hash := ""
	if login != nil {
		var err error
		if hash, err = c.server.Store.Unseal(login.ID, store.FieldPassword, login.Hash); err != nil {
			return false, err
		}
	}
	return c.server.hasher.matches(c.r.Context(), password[:min(len(password), maxSentPassword)], hash)
}

// maxSentPassword bounds what is hashed of a password somebody sends, in bytes.
const maxSentPassword = 4 * maxOwnPassword

// claimed is who has an e-mail address and what he logs in with. The audit entry goes to
// his account.
func (c *call) claimed(email string) (who record.Record, login *record.Login) {
	c.view(func(v *store.View) {
		var found bool
		if who, found = v.PersonByEmail(email); !found {
			return
		}
		c.account, c.resource = who.Header().Account, who.Header().ID
		login, _ = v.Login(who.Header().ID)
	})
	return who, login
}

// usual says whether the person has a session from the caller's address.
func (c *call) usual(who record.Record) (known bool) {
	if who == nil {
		return false
	}
	c.view(func(v *store.View) {
		known = slices.ContainsFunc(v.Sessions(who.Header().ID), func(s *record.Session) bool { return s.IP == c.source.String() })
	})
	return known
}

// logIn makes a session for a person and answers with it. before does what belongs to the
// login in the same transaction, and returns what the audit entry tells of it.
func (c *call) logIn(id record.ID, before func(tx *store.Tx) ([]record.FieldChange, error)) (*answer, error) {
	return c.change(func(tx *store.Tx) (effect, error) {
		changes, err := before(tx)
		if err != nil {
			return effect{}, err
		}
		return c.begin(tx, id, changes)
	})
}

// begin makes a session for a person, who is the caller from then on. The one the browser
// came with ends: nobody can have given it to him.
func (c *call) begin(tx *store.Tx, id record.ID, changes []record.FieldChange) (effect, error) {
	who, err := loadPerson(tx, id)
	if err != nil {
		return effect{}, err
	}
	login, err := tx.LoginOf(id)
	if err != nil {
		return effect{}, err
	}
	login.LastAt = tx.Now()
	if err := tx.Replace(login, 0); err != nil {
		return effect{}, err
	}
	if err := c.leave(tx); err != nil {
		return effect{}, err
	}
	if err := makeRoom(tx, id); err != nil {
		return effect{}, err
	}
	token := store.NewToken()
	session := &record.Session{
		Person: id, Digest: record.DigestToken([]byte(token)), SeenAt: tx.Now(),
		ExpiresAt: tx.Now().Add(record.SessionLife), UserAgent: c.r.UserAgent(),
	}
	if session.Account = who.Header().Account; c.source.IsValid() {
		session.IP = c.source.String()
	}
	if err := tx.Create(session); err != nil {
		return effect{}, err
	}
	p := &person{login: login, session: session, token: token}
	p.described(who)
	if p.account != "" {
		a, err := store.Load[*record.Account](tx, p.account)
		if err != nil {
			return effect{}, err
		}
		p.accountName = a.Name
	}
	c.person, c.account = p, p.account
	a := ok(c.session())
	a.header = map[string]string{"Set-Cookie": c.setCookie(token, session.ExpiresAt)}
	return effect{account: p.account, resource: id, changes: changes, answer: a}, nil
}

// leave ends the session whose cookie the request has, if any.
func (c *call) leave(tx *store.Tx) error {
	cookie, err := c.r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	old := c.server.personOf(cookie.Value)
	if old == nil {
		return nil
	}
	if err := tx.Delete(old.session.ID, 0); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}

// makeRoom ends the oldest sessions of a person who has too many.
func makeRoom(tx *store.Tx, id record.ID) error {
	parts, err := tx.ChildrenOf(id)
	if err != nil {
		return err
	}
	parts = slices.DeleteFunc(parts, func(r record.Record) bool { return r.Kind() != record.KindSession })
	for len(parts) >= record.MaxSessions {
		if err := tx.Delete(parts[0].Header().ID, 0); err != nil {
			return err
		}
		parts = parts[1:]
	}
	return nil
}

// session is what the caller is told of himself.
func (c *call) session() *sessionView {
	p := c.person
	return &sessionView{
		Person: personView{ID: p.id, Name: p.name, Email: p.email, Language: p.language},
		Role:   p.role, Administrator: p.administrator, Account: p.account, AccountName: p.accountName, MustChange: p.mustChange(),
		CSRFToken: csrfToken(p.token), ExpiresAt: p.session.Ends(), Permissions: c.server.permissions[p.roleName()],
	}
}

func handleSession(c *call) (*answer, error) {
	c.resource = c.person.id
	return ok(c.session()), nil
}

func handleLogout(c *call) (*answer, error) {
	return c.change(func(tx *store.Tx) (effect, error) {
		if err := tx.Delete(c.person.session.ID, 0); err != nil && !errors.Is(err, store.ErrNotFound) {
			return effect{}, err
		}
		a := &answer{status: http.StatusNoContent, header: map[string]string{"Set-Cookie": c.setCookie("", time.Time{})}}
		return effect{account: c.account, resource: c.person.id, answer: a}, nil
	})
}

func handleChangePassword(c *call) (*answer, error) {
	var in passwordInput
	if err := c.readInto(&in); err != nil {
		return nil, err
	}
	p := c.person
	if err := c.server.guesses.allow(c.source, p.email, true); err != nil {
		return nil, err
	}
	right, err := c.proves(p.login, in.Current)
	if err != nil {
		return nil, err
	}
	if !right {
		c.server.guesses.wrong(c.source, p.email)
		return nil, invalidField("current_password", codeWrongPassword, "is not your password")
	}
	var problems record.Problems
	checkOwnPassword(&problems, "new_password", in.New, p.name, p.email)
	if in.New == in.Current {
		problems.Add("new_password", record.CodeDuplicate, "must not be the one you have")
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	hash, err := c.server.hasher.hash(c.r.Context(), in.New)
	if err != nil {
		return nil, err
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		login, err := tx.LoginOf(p.id)
		if err != nil {
			return effect{}, err
		}
		if login == nil || !bytes.Equal(login.Hash, p.login.Hash) {
			return effect{}, store.ErrStale
		}
		if err := c.settle(tx, login, hash, p.session.ID); err != nil {
			return effect{}, err
		}
		p.login = login
		return effect{account: c.account, resource: p.id, changes: passwordChanged(), answer: ok(c.session())}, nil
	})
}

// codeWrongPassword is a current password that is not right.
const codeWrongPassword = "wrong_password"

// settle gives a person a password of his own choice. His links are worthless now, and
// his sessions end but the one to keep.
func (c *call) settle(tx *store.Tx, login *record.Login, hash string, keep record.ID) error {
	login.Hash = c.server.Store.Seal(login.ID, store.FieldPassword, hash)
	login.Temporary, login.ValidUntil, login.ChangedAt = false, time.Time{}, tx.Now()
	if err := tx.Replace(login, 0); err != nil {
		return err
	}
	if err := tx.EndInvitations(login.Person); err != nil {
		return err
	}
	return tx.EndSessions(login.Person, keep)
}

// passwordChanged is how the audit log tells of a new password.
func passwordChanged() []record.FieldChange {
	return []record.FieldChange{{Field: "password", After: changed}}
}

func handleOwnSessions(c *call) (*answer, error) {
	q := c.query()
	limit, after := q.limit(), record.ID(q.cursor(func(text string) bool { return record.ID(text).Kind() == record.KindSession }))
	if err := q.err(); err != nil {
		return nil, err
	}
	var list []*record.Session
	now := c.server.now()
	c.view(func(v *store.View) {
		for _, s := range v.Sessions(c.person.id) {
			if now.Before(s.Ends()) && (after == "" || s.ID < after) {
				list = append(list, s)
			}
		}
	})
	slices.SortFunc(list, func(a, b *record.Session) int { return cmp.Compare(b.ID, a.ID) })
	p := cut(list, limit, func(s *record.Session) string { return string(s.ID) })
	shown := make([]any, 0, len(list))
	for _, s := range list[:min(len(list), limit)] {
		shown = append(shown, ownSession{
			ID: s.ID, CreatedAt: s.CreatedAt, LastSeenAt: s.SeenAt, ExpiresAt: s.Ends(), IP: s.IP, UserAgent: s.UserAgent,
			Current: s.ID == c.person.session.ID,
		})
	}
	p.Data = shown
	return ok(p), nil
}

func handleEndSession(c *call) (*answer, error) {
	id := c.id("session")
	return c.change(func(tx *store.Tx) (effect, error) {
		s, err := store.Load[*record.Session](tx, id)
		if err != nil {
			return effect{}, err
		}
		if s.Person != c.person.id {
			return effect{}, store.ErrNotFound
		}
		if err := tx.Delete(id, 0); err != nil {
			return effect{}, err
		}
		return effect{account: c.account, resource: c.person.id, answer: &answer{status: http.StatusNoContent}}, nil
	})
}
