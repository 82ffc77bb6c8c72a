package dialog

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// newRequest is a request inside a dialog. l.mu is held.
func (l *Leg) newRequest(p *peer, method sip.RequestMethod, seq uint32) *sip.Request {
	uri, routes := p.path()
	req := l.skeleton(method, uri, routes, seq, p.tag)
	switch method {
	case sip.INVITE, sip.UPDATE, sip.REFER, sip.SUBSCRIBE, sip.NOTIFY:
		req.AppendHeader(contact(&l.flow, l.user))
		req.AppendHeader(sip.NewHeader("Allow", allow))
		req.AppendHeader(sip.NewHeader("Supported", supported))
	}
	return req
}

// skeleton is what every request of the leg has. l.mu is held.
func (l *Leg) skeleton(method sip.RequestMethod, uri sip.Uri, routes []sip.Uri, seq uint32, remoteTag string) *sip.Request {
	req := sip.NewRequest(method, uri)
	req.AppendHeader(via(&l.flow))
	for _, r := range routes {
		req.AppendHeader(&sip.RouteHeader{Address: *r.Clone()})
	}
	hops := sip.MaxForwardsHeader(defaultMaxForwards)
	if l.setup.MaxForwards > 0 && method == sip.INVITE && remoteTag == "" {
		hops = sip.MaxForwardsHeader(l.setup.MaxForwards)
	}
	id := sip.CallIDHeader(l.callID)
	req.AppendHeader(&hops)
	req.AppendHeader(l.local.from(l.tag))
	req.AppendHeader(l.remote.to(remoteTag))
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	req.AppendHeader(sip.NewHeader("User-Agent", l.e.cfg.Product))
	return req
}

// nextSeq is our next CSeq. l.mu is held.
func (l *Leg) nextSeq() uint32 {
	l.seq++
	return l.seq
}

// response builds a response with our tag, unless the request has it. A 100 has no
// Contact, a refusal neither.
func (e *Endpoint) response(req *sip.Request, tag string, status int, reason string, f *Flow, user string) *sip.Response {
	if reason = harmless(reason); reason == "" {
		reason = phrase(status)
	}
	res := sip.NewResponse(status, reason)
	echo(res, req, tag)
	if f != nil && status > 100 && status < 300 && hasContact(req.Method) {
		res.AppendHeader(contact(f, user))
	}
	if status >= 200 && status < 300 && (req.Method == sip.INVITE || req.Method == sip.OPTIONS || req.Method == sip.UPDATE) || status == 405 {
		res.AppendHeader(sip.NewHeader("Allow", allow))
		res.AppendHeader(sip.NewHeader("Supported", supported))
	}
	res.AppendHeader(sip.NewHeader("Server", e.cfg.Product))
	return res
}

// echo gives a response what it has of its request (RFC 3261 8.2.6). Nobody changes the
// headers the two share.
func echo(res *sip.Response, req *sip.Request, tag string) {
	top := true
	for _, h := range req.Headers() {
		switch h := h.(type) {
		case *sip.RecordRouteHeader:
			if res.StatusCode > 100 && res.StatusCode < 300 {
				res.AppendHeader(h)
			}
		case *sip.ViaHeader:
			if top {
				h, top = arrived(h, req.Source()), false
			}
			res.AppendHeader(h)
		}
	}
	if h := req.From(); h != nil {
		res.AppendHeader(h)
	}
	if h := req.To(); h != nil {
		n := nameAddr{h.DisplayName, h.Address, h.Params}
		if have := tagOf(h.Params); have != "" || res.StatusCode == sip.StatusTrying {
			tag = have
		}
		res.AppendHeader(n.to(tag))
	}
	if h := req.CallID(); h != nil {
		res.AppendHeader(h)
	}
	if h := req.CSeq(); h != nil {
		res.AppendHeader(h)
	}
	if h := req.GetHeader("Timestamp"); h != nil && res.StatusCode == sip.StatusTrying {
		res.AppendHeader(h)
	}
	res.SetBody(nil)
}

// arrived is the top Via of a request that came from source: with received where it
// names another address, and with the port it asks for (RFC 3261 18.2.1, RFC 3581 4).
func arrived(h *sip.ViaHeader, source string) *sip.ViaHeader {
	at, err := netip.ParseAddrPort(source)
	if err != nil {
		return h
	}
	asked, other := false, strings.Trim(h.Host, "[]") != at.Addr().String()
	c := *h
	c.Params = make(sip.HeaderParams, 0, len(h.Params)+1)
	for _, kv := range h.Params {
		switch {
		case strings.EqualFold(kv.K, "rport"):
			asked, kv.V = true, strconv.Itoa(int(at.Port()))
		case strings.EqualFold(kv.K, "received"):
			continue // not for the sender to say
		}
		c.Params = append(c.Params, kv)
	}
	if asked || other {
		c.Params = append(c.Params, sip.HeaderKV{K: "received", V: at.Addr().String()})
	}
	return &c
}

// hasContact tells whether the responses to a method make or refresh a dialog.
func hasContact(m sip.RequestMethod) bool {
	switch m {
	case sip.INVITE, sip.UPDATE, sip.SUBSCRIBE, sip.REFER, sip.NOTIFY:
		return true
	default:
		return false
	}
}

// phrases are the reason phrases of RFC 3261 21 and later ones.
var phrases = map[int]string{
	100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 182: "Queued", 183: "Session Progress", 199: "Early Dialog Terminated",
	200: "OK", 202: "Accepted", 204: "No Notification",
	300: "Multiple Choices", 301: "Moved Permanently", 302: "Moved Temporarily", 305: "Use Proxy", 380: "Alternative Service",
	400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
	406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout", 410: "Gone", 413: "Request Entity Too Large",
	414: "Request-URI Too Long", 415: "Unsupported Media Type", 416: "Unsupported URI Scheme", 420: "Bad Extension",
	421: "Extension Required", 422: "Session Interval Too Small", 423: "Interval Too Brief", 424: "Bad Location Information",
	429: "Provide Referrer Identity", 433: "Anonymity Disallowed", 480: "Temporarily Unavailable",
	481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 483: "Too Many Hops", 484: "Address Incomplete", 485: "Ambiguous",
	486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 489: "Bad Event", 491: "Request Pending", 494: "Security Agreement Required",
	500: "Server Internal Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Server Time-out",
	505: "Version Not Supported", 513: "Message Too Large", 580: "Precondition Failure",
	600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere", 606: "Not Acceptable", 607: "Unwanted", 608: "Rejected",
}

func phrase(status int) string {
	if p, ok := phrases[status]; ok {
		return p
	}
	return fmt.Sprintf("Status %d", status)
}
