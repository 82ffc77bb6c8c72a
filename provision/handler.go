package provision

import (
	"bytes"
	"runtime/debug"
	"time"

	"github.com/valyala/fasthttp"

	"dialtone/store"
)

// handle answers one request: read, decide, answer, note.
func (s *Server) handle(ctx *fasthttp.RequestCtx) {
	defer s.recovered(ctx)
	var r request
	r.read(ctx, s.time(ctx))
	if s.ClientCA != nil {
		r.client.read(s.ClientCA, ctx.TLSConnectionState())
	}
	var res result
	s.Store.View(func(v *store.View) { res = s.decide(v, &r) })
	res = s.answer(ctx, &r, res)
	if res == resBadToken && !s.wrong.Take(r.source) {
		res = resLimited
	}
	s.metrics.requests[res].Inc()
	if res != resLimited {
		s.journal.add(&r, res, ctx.Response.StatusCode(), sent(ctx, &r))
	}
}

// time is when the request was read. Without a clock of our own it is what fasthttp
// has just looked at, which a context made by hand has not.
func (s *Server) time(ctx *fasthttp.RequestCtx) time.Time {
	if t := ctx.Time(); s.Now == nil && !t.IsZero() {
		return t
	}
	return s.now()
}

// answer writes the answer. What was decided may still fail.
func (s *Server) answer(ctx *fasthttp.RequestCtx, r *request, res result) result {
	if res == resServed {
		switch {
		case r.served != nil:
			s.send(ctx, r)
		case r.method.reads():
			res = s.download(ctx, r)
		default:
			res = s.upload(ctx, r)
		}
	}
	switch res {
	case resServed, resUploaded:
	case resUnauthorized:
		s.challenge(ctx, r)
	case resNoSpace:
		s.later(ctx)
	default:
		refuse(ctx)
	}
	if r.detail == "" {
		r.detail = r.client.detail
	}
	if r.err != nil {
		r.detail = r.err.Error()
		if s.failures.Take(r.source) {
			s.Log.Error("cannot answer a phone", "file", printable(r.name), "src", r.source, "err", r.err)
		}
	}
	if res != resUploaded && hasBody(ctx) {
		ctx.SetConnectionClose() // the body has not been read
	}
	return res
}

// Names as fasthttp wants them.
var (
	headerIfNoneMatch     = []byte(fasthttp.HeaderIfNoneMatch)
	headerIfModifiedSince = []byte(fasthttp.HeaderIfModifiedSince)
)

// send answers with a file, or 304 when the client has it.
func (s *Server) send(ctx *fasthttp.RequestCtx, r *request) {
	if r.file == fileConfig && r.method == methodGet && r.token.Device != "" && !r.token.Old && r.account.DeviceBinding && !s.bound.is(r.device, r.state) {
		s.bind(r.device)
	}
	f := r.served
	f.header.CopyTo(&ctx.Response.Header)
	if r.has(f) {
		ctx.SetStatusCode(fasthttp.StatusNotModified)
		return
	}
	ctx.Response.SetBodyRaw(f.body)
}

// has says whether the client has the file: it names the entity tag or, without one,
// a time since the file changed (RFC 9110, 13.1.2 and 13.1.3). A client's time alone
// proves little, so that counts for a configuration only, and when it is the one the
// phone has last fetched.
func (r *request) has(f *served) bool {
	if tags := r.header.PeekCanonical(headerIfNoneMatch); len(tags) > 0 {
		return bytes.Contains(tags, f.etag)
	}
	since := r.header.PeekCanonical(headerIfModifiedSince)
	if len(since) == 0 || r.file != fileConfig || r.state == nil || r.state.FetchedHash != f.hash {
		return false
	}
	t, err := fasthttp.ParseHTTPDate(since)
	return err == nil && !t.Before(f.modified) && !t.After(r.now)
}

// refuse is the one answer to whatever is wrong.
func refuse(ctx *fasthttp.RequestCtx) {
	ctx.Response.ResetBody()
	ctx.SetStatusCode(fasthttp.StatusNotFound)
	ctx.Response.Header.SetContentLength(0) // HEAD, too
}

// later asks a phone that may store its file to come again.
func (s *Server) later(ctx *fasthttp.RequestCtx) {
	ctx.SetStatusCode(fasthttp.StatusServiceUnavailable)
	ctx.Response.Header.SetContentLength(0)
	ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, "60")
}

// hasBody says whether the request announced a body.
func hasBody(ctx *fasthttp.RequestCtx) bool {
	n := ctx.Request.Header.ContentLength()
	return n > 0 || n == -1
}

// sent is the size of the answer's body.
func sent(ctx *fasthttp.RequestCtx, r *request) int {
	if r.method == methodHead || r.served == nil || ctx.Response.StatusCode() != fasthttp.StatusOK {
		return 0
	}
	return len(r.served.body)
}

// malformed answers what is no HTTP request, or one that took too long to arrive,
// like any other refusal.
func (s *Server) malformed(ctx *fasthttp.RequestCtx, _ error) {
	s.metrics.requests[resBadName].Inc()
	refuse(ctx)
}

// recovered keeps a panic within its request.
func (s *Server) recovered(ctx *fasthttp.RequestCtx) {
	if p := recover(); p != nil {
		s.Log.Error("request panicked", "panic", p, "stack", string(debug.Stack()))
		s.metrics.requests[resError].Inc()
		ctx.Response.Reset()
		refuse(ctx)
		ctx.SetConnectionClose()
	}
}
