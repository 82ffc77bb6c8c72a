package provision

import (
	"crypto/sha256"
	"net/netip"
	"time"

	"github.com/valyala/fasthttp"

	"dialtone/internal/netx"
	"dialtone/store"
	"dialtone/store/record"
)

// method is what a request wants done.
type method uint8

// The methods served, and all others.
const (
	methodOther method = iota
	methodGet
	methodHead
	methodPut
	methodPost
)

var methodNames = [...]string{methodOther: "", methodGet: "GET", methodHead: "HEAD", methodPut: "PUT", methodPost: "POST"}

func (m method) reads() bool  { return m == methodGet || m == methodHead }
func (m method) writes() bool { return m == methodPut || m == methodPost }

// request is one request and what was found out about it. It lives on the stack of
// its handler: the slices are fasthttp's and must not outlive it.
type request struct {
	// What was asked.
	now    time.Time
	method method
	verb   []byte // the method as sent
	target []byte // the request target as sent
	digest record.TokenDigest
	name   []byte
	file   file
	mac    record.MAC
	agent  []byte // User-Agent
	source netip.Addr
	local  netip.Addr // the address of ours the phone talks to
	header *fasthttp.RequestHeader
	client client // who its certificate says it is

	// What the index says.
	token   store.Token
	account *record.Account
	device  *record.Device
	state   *record.DeviceState
	served  *served // what to answer with
	stale   bool    // the credentials were right, their nonce too old
	detail  string  // more about the result, for the administrator
	err     error   // what went wrong on our side
}

// read takes the request out of ctx.
func (r *request) read(ctx *fasthttp.RequestCtx, now time.Time) {
	h := &ctx.Request.Header
	r.now, r.header = now, h
	r.verb = h.Method()
	switch {
	case h.IsGet():
		r.method = methodGet
	case h.IsHead():
		r.method = methodHead
	case h.IsPut():
		r.method = methodPut
	case h.IsPost():
		r.method = methodPost
	}
	r.target = h.RequestURI()
	token, name := splitPath(r.target)
	r.digest = sha256.Sum256(token)
	r.name = name
	r.file, r.mac = parseName(name)
	r.agent = h.UserAgent()
	r.source = netx.AddrOf(ctx.RemoteAddr()).WithZone("")
	r.local = netx.AddrOf(ctx.LocalAddr()).WithZone("")
}
