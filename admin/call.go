package admin

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"dialtone/store"
	"dialtone/store/record"
)

// call is one request on its way through an operation.
type call struct {
	server *Server
	op     *operation
	w      http.ResponseWriter
	r      *http.Request
	body   []byte // as read, once readBody has been called
	source netip.Addr
	key    *record.APIKey // of a program; nil before the caller is known
	person *person        // somebody who has logged in; nil before the caller is known
	// account is the one in the path, else the caller's; "" is the platform.
	account record.ID
	// resource is what the audit entry names; handlers set it once they know.
	resource record.ID
	// foreign says that the caller wanted another account's.
	foreign bool
	// audited says that the entry is written.
	audited bool
	detail  string   // of the audit entry
	courier *courier // takes an invitation to somebody
}

func newCall(s *Server, op *operation, w http.ResponseWriter, r *http.Request) *call {
	return &call{server: s, op: op, w: w, r: r, source: sourceOf(r)}
}

// sourceOf is the connection's peer: what a header says about it anybody can write.
func sourceOf(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// known says whether the caller is.
func (c *call) known() bool { return c.key != nil || c.person != nil }

// platform says whether the caller may touch every account: he has a platform key, or is
// an administrator.
func (c *call) platform() bool {
	return c.key != nil && c.key.Account == "" || c.person != nil && c.person.administrator
}

// may says whether the caller has the scope, a person by his role.
func (c *call) may(scope string) bool {
	switch {
	case c.platform():
		return true
	case c.person != nil:
		return c.person.has(scope)
	}
	return c.key.Allows(scope)
}

// home is the caller's own account, "" of those of the platform.
func (c *call) home() record.ID {
	if c.person != nil {
		if c.person.administrator {
			return ""
		}
		return c.person.account
	}
	return c.key.Account
}

// id is an identifier from the path.
func (c *call) id(name string) record.ID { return record.ID(c.r.PathValue(name)) }

func (c *call) view(fn func(v *store.View)) { c.server.Store.View(fn) }

// actor is the caller as the audit log names him.
func (c *call) actor() record.Actor {
	switch {
	case c.person != nil:
		return c.person.actor(c.account)
	case c.key == nil:
		return record.Actor{Type: record.ActorNobody}
	case c.platform():
		return record.Actor{Type: record.ActorPlatform, ID: c.key.ID, Name: c.key.Name}
	}
	return record.Actor{Type: record.ActorAPIKey, ID: c.key.ID, Name: c.key.Name}
}

// expand puts the request's identifiers into a path pattern, and id for name.
func (c *call) expand(pattern, name string, id record.ID) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(pattern, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		param, after, _ := strings.Cut(rest, "}")
		if param == name {
			b.WriteString(string(id))
		} else {
			b.WriteString(url.PathEscape(c.r.PathValue(param)))
		}
		pattern = after
	}
}
