package admin

import (
	"reflect"
	"strings"
)

// scopePlatform stands for platform keys: no scope of an account's key opens it.
const scopePlatform = "platform"

// scopeSession stands for people who have logged in: no key opens it.
const scopeSession = "session"

// handler answers one operation. The caller may use it; the body is not read yet.
type handler func(c *call) (*answer, error)

// operation is one row of the table.
type operation struct {
	method string
	path   string // ServeMux pattern without the method; {account} names the account
	event  string // of the audit entry, resource.verb
	name   string // in the description, where the event is not enough
	scope  string // what an account's key needs
	open   bool   // needs no key: the path or the body is the permission
	// roles are those of people who may; nil takes what follows from the scope.
	roles []string
	// always says that it may be done before a temporary password is changed.
	always bool
	// summary says in one sentence what it does.
	summary string

	// body lists the structs whose fields the request may have, nil for no body.
	body []reflect.Type
	// required names the fields a body must have, for the description.
	required []string
	// emptyBody says that no body is an empty object.
	emptyBody bool
	// form says that the body may be a form with a file (multipart/form-data), json that it
	// may be JSON as well. files, if set, says what the files may be, of which there are several.
	form, json bool
	files      string
	// raw is the type of a body that is neither JSON nor a form, "" for none.
	raw string
	// media is the type of the answer when it is not JSON, otherMedia another one it may be.
	media, otherMedia string
	// endless says that the answer goes on until somebody ends it.
	endless bool
	// status is that of success.
	status int
	// answer is the type of the answer's body, nil for none. In a list it is that of
	// one element.
	answer reflect.Type
	list   bool
	query  []parameter
	// revisions says that the operation takes If-Match.
	revisions bool
	// replays says that the operation takes Idempotency-Key.
	replays bool

	handle handler
}

// parameter is one field of a query.
type parameter struct {
	name, doc string
	repeats   bool
}

// resource is the first half of the event.
func (o *operation) resource() string {
	kind, _, _ := strings.Cut(o.event, ".")
	return kind
}

// scoped says whether the path names an account.
func (o *operation) scoped() bool { return strings.Contains(o.path, "{account}") }

// platformOnly says whether account keys are refused.
func (o *operation) platformOnly() bool { return o.scope == scopePlatform }

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
