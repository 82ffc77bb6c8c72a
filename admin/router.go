package admin

import (
	"fmt"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"dialtone/store/record"
)

// router finds the operation of a request.
type router struct {
	server *Server
	mux    *http.ServeMux
	page   *webPage
}

func newRouter(s *Server) *router {
	t := &router{server: s, mux: http.NewServeMux(), page: s.page}
	byPath := map[string]map[string]*operation{}
	ops := s.table()
	s.permissions = map[string][]string{}
	for _, role := range allRoles() {
		s.permissions[role] = permissions(ops, role)
	}
	for _, op := range ops {
		if byPath[op.path] == nil {
			byPath[op.path] = map[string]*operation{}
		}
		byPath[op.path][op.method] = op
	}
	for pattern, methods := range byPath {
		t.mux.Handle(pattern, t.resource(methods))
	}
	for pattern, h := range s.plain() {
		t.mux.Handle(pattern, onlyGet(h))
	}
	return t
}

// ServeHTTP answers 404 for everything outside of the table and the page; it never
// redirects.
func (t *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	_, pattern := t.mux.Handler(r)
	if pattern == "" && t.page.holds(r) {
		t.page.ServeHTTP(w, r)
		return
	}
	if pattern == "" || r.URL.Path != path.Clean(r.URL.Path) {
		notFound().write(w)
		return
	}
	t.mux.ServeHTTP(w, r)
}

// onlyGet refuses other methods than GET and HEAD.
func onlyGet(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			methodNotAllowed([]string{http.MethodGet, http.MethodHead}).write(w)
			return
		}
		h(w, r)
	}
}

// methods answers one path. A HEAD is a GET whose body net/http leaves out; what
// needs no key may be used up by a GET and has none.
type methods struct {
	server *Server
	byName map[string]*operation
}

func (t *router) resource(byName map[string]*operation) http.Handler {
	if get := byName[http.MethodGet]; get != nil && !get.open {
		byName[http.MethodHead] = get
	}
	return &methods{t.server, byName}
}

func (m *methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := m.byName[r.Method]
	if op == nil {
		methodNotAllowed(m.allowed()).write(w)
		return
	}
	newCall(m.server, op, w, r).run()
}

func (m *methods) allowed() []string {
	var names []string
	for name := range m.byName {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// run takes a request from the key to the answer: authenticate, authorise, do,
// audit, answer.
func (c *call) run() {
	start := time.Now()
	var p *problem
	a, err := c.do()
	switch {
	case err != nil:
		p = problemOf(err, c.server.log)
		c.noteProblem(p)
		p.write(c.w)
	case a.stream != nil:
		c.stream(a)
	case a.serve != nil:
		c.noteSuccess()
		a.serve(c.w, c.r)
	default:
		p = c.send(a)
	}
	c.server.metrics.observe(c.op, p, time.Since(start))
}

// do recovers from a panic: one request fails, not the daemon.
func (c *call) do() (a *answer, err error) {
	defer func() {
		if v := recover(); v != nil {
			c.server.log.Error("request panicked", "event", c.op.event, "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("cannot handle %q: %v", c.op.event, v)
		}
	}()
	if err := c.admit(); err != nil {
		return nil, err
	}
	if !c.op.list && c.r.URL.RawQuery != "" {
		if err := c.query().err(); err != nil {
			return nil, err
		}
	}
	return c.op.handle(c)
}

// send writes the answer, after the audit entry of what was read.
func (c *call) send(a *answer) *problem {
	r, ready := a.body.(*reply)
	if !ready {
		var err error
		if r, err = a.encode(); err != nil {
			p := problemOf(err, c.server.log)
			c.noteProblem(p)
			p.write(c.w)
			return p
		}
	}
	c.noteSuccess()
	r.write(c.w)
	return nil
}

// stream writes a body of unknown length. When it fails half-way the connection is
// cut, so that nobody takes a part for the whole.
func (c *call) stream(a *answer) {
	for name, value := range a.header {
		c.w.Header().Set(name, value)
	}
	c.noteSuccess()
	c.w.WriteHeader(a.status)
	if err := a.stream(c.w); err != nil {
		c.server.log.Error("cannot stream an answer", "event", c.op.event, "err", err)
		panic(http.ErrAbortHandler)
	}
}

// admit finds out who calls and whether he may.
func (c *call) admit() error {
	if c.op.open {
		return c.fromHere()
	}
	if err := c.authenticate(); err != nil {
		return err
	}
	return c.authorise()
}

// authenticate finds the caller by his key, or else by his session.
func (c *call) authenticate() error {
	key, given := bearer(c.r)
	if !given {
		return c.authenticateSession()
	}
	c.key = c.server.keyOf(key)
	if c.key == nil {
		if !c.server.wrongKeys.Take(c.source) {
			return newProblem(http.StatusTooManyRequests, codeLimited, "too many wrong keys from your address").retry(wrongKeyEvery)
		}
		return unauthorized()
	}
	c.server.used.touch(c.key.ID, c.server.now())
	return nil
}

// authorise checks account, then scope or role: another account's key learns nothing.
func (c *call) authorise() error {
	c.account = c.home()
	if c.person != nil && c.person.mustChange() && !c.op.always {
		return newProblem(http.StatusForbidden, codeMustChange, "choose a password of your own first")
	}
	if c.op.scoped() {
		if err := c.enter(c.id("account")); err != nil {
			return err
		}
	}
	if c.person != nil {
		if c.person.may(c.op) {
			return nil
		}
		return forbidden("your role is %s, this needs %s", c.person.roleName(), strings.Join(c.op.roles, " or "))
	}
	if c.op.scope == scopeSession {
		return forbidden("this is for people who have logged in")
	}
	if c.op.scope == "" || c.may(c.op.scope) && (c.platform() || !c.op.platformOnly()) {
		return nil
	}
	if c.op.platformOnly() {
		return forbidden("this needs a platform key")
	}
	return forbidden("the key lacks the scope %s", c.op.scope)
}

// enter makes the account of the path the call's.
func (c *call) enter(account record.ID) error {
	if !c.platform() && c.home() != account {
		c.resource, c.foreign = account, true
		return errForeign
	}
	if !c.server.hasAccount(account) {
		return notFound()
	}
	c.account = account
	return nil
}

// errForeign is not found for the caller, and a denial in the log.
var errForeign error = &foreign{}

type foreign struct{}

func (*foreign) Error() string { return "another account's" }

// As makes it the same problem as anything absent.
func (*foreign) As(target any) bool {
	if p, wanted := target.(**problem); wanted {
		*p = notFound()
		return true
	}
	return false
}

// denied says whether a problem is a refusal of the caller rather than of what he sent.
func (c *call) denied(p *problem) bool {
	return p.Status == http.StatusUnauthorized || p.Status == http.StatusForbidden ||
		p.Status == http.StatusTooManyRequests || c.foreign
}

// bearer is the key of the Authorization header (RFC 6750 section 2.1).
func bearer(r *http.Request) (string, bool) {
	scheme, key, found := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	return key, found && strings.EqualFold(scheme, "Bearer") && key != ""
}
