package admin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The session's cookie, and the header a change needs with it.
const (
	sessionCookie = "dialtone_session"
	csrfHeader    = "X-CSRF-Token"
)

// authenticateSession finds the caller by his cookie. What changes something must come
// from our own page: another site's can make a browser send the cookie, but neither read
// the token nor hide where it comes from.
func (c *call) authenticateSession() error {
	cookie, err := c.r.Cookie(sessionCookie)
	if err != nil {
		return unauthorized()
	}
	if c.person = c.server.personOf(cookie.Value); c.person == nil {
		return unauthorized()
	}
	c.server.Store.SessionSeen(c.person.session, c.server.now())
	if safe(c.r.Method) {
		return nil
	}
	if err := c.fromHere(); err != nil {
		return err
	}
	if !hmac.Equal([]byte(c.r.Header.Get(csrfHeader)), []byte(csrfToken(cookie.Value))) {
		return csrfProblem("the header %s must have the session's csrf_token", csrfHeader)
	}
	return nil
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

func csrfProblem(format string, args ...any) error {
	return newProblem(http.StatusForbidden, codeCSRF, format, args...)
}

// csrfToken belongs to one session and is not stored: only who has the cookie can be told it.
func csrfToken(token string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("csrf"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// fromHere refuses a change that a page of another site has a browser ask for, by the
// headers browsers send (Fetch Metadata, Origin). Programs send neither.
func (c *call) fromHere() error {
	if safe(c.r.Method) {
		return nil
	}
	site, origin := c.r.Header.Get("Sec-Fetch-Site"), c.r.Header.Get("Origin")
	switch {
	case site == "same-origin":
		return nil
	case site != "" && site != "none":
		return csrfProblem("the request comes from another site")
	case origin == "" || hostOf(origin) == strings.ToLower(c.r.Host) || hostOf(origin) == hostOf(c.publicURL()):
		return nil
	}
	return csrfProblem("the request comes from another site")
}

// hostOf is the host of a URL with its port, "" for none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// publicURL is where people reach this server, without a trailing slash.
func (c *call) publicURL() string {
	if c.server.PublicURL == nil {
		return ""
	}
	return strings.TrimSuffix(c.server.PublicURL(c.r), "/")
}

// setCookie is the header that gives a browser its session, or with an empty token takes
// it away.
func (c *call) setCookie(token string, until time.Time) string {
	cookie := http.Cookie{
		Name: sessionCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: c.secure(), Expires: until,
	}
	if token == "" {
		cookie.MaxAge, cookie.Expires = -1, time.Time{}
	}
	return cookie.String()
}

// secure says whether the browser speaks HTTPS, with us or with a proxy: the browser says
// so itself, even where the proxy asks for us by another name.
func (c *call) secure() bool {
	if c.r.TLS != nil || strings.HasPrefix(c.r.Header.Get("Origin"), "https:") {
		return true
	}
	public := c.publicURL()
	return strings.HasPrefix(public, "https:") && hostOf(public) == strings.ToLower(c.r.Host)
}
