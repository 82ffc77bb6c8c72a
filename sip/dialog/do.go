package dialog

import (
	"context"
	"fmt"
	"strings"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/transaction"
)

// OutRequest is a request outside INVITE dialogs: OPTIONS, REGISTER, MESSAGE, or a
// NOTIFY of a subscription whose dialog the caller keeps.
type OutRequest struct {
	Flow           Flow
	Method         string
	Target         string // Request-URI
	From, To       Address
	FromTag, ToTag string // FromTag empty for a new one
	CallID         string // empty for a new one
	CSeq           uint32 // 0 is 1; each challenge answered takes one more: Response.CSeq tells the last
	Contact        string // user part of our Contact; empty for none
	Headers        []Header
	ContentType    string
	Body           []byte
	Route          []string
	Credentials    *Credentials
}

// Do sends a request and waits for its final response. A challenge is answered when
// there are credentials. The error wraps ErrUnreachable, ErrTimeout, or ctx's.
func (e *Endpoint) Do(ctx context.Context, o OutRequest) (*sip.Response, error) {
	l, err := e.newAlone(o)
	if err != nil {
		return nil, fmt.Errorf("cannot send %s: %w", o.Method, err)
	}
	flow, err := e.ready(o.Flow)
	if err != nil {
		return nil, fmt.Errorf("cannot send %s: %w (%w)", o.Method, ErrUnreachable, err)
	}
	l.flow = flow
	l.seq = max(o.CSeq, 1)
	for try := 1; ; try++ {
		res, err := e.once(ctx, l, &o)
		if err != nil {
			return nil, err
		}
		challenged := res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired
		if !challenged || try >= maxTries || !l.auth.challenged(res) {
			return res, nil
		}
		l.seq++
	}
}

// newAlone is a leg that is none: it only builds requests.
func (e *Endpoint) newAlone(o OutRequest) (l *Leg, err error) {
	if !isToken(o.Method) || o.Method == string(sip.INVITE) || o.Method == string(sip.ACK) || o.Method == string(sip.CANCEL) {
		return nil, ErrState
	}
	if o.FromTag == "" {
		o.FromTag = newTag()
	}
	if o.CallID == "" {
		o.CallID = newTag()
	}
	l = &Leg{e: e, tag: harmless(o.FromTag), callID: harmless(o.CallID), auth: authorizer{credentials: o.Credentials}, target: &peer{tag: harmless(o.ToTag)}}
	if l.local, err = parseAddress(o.From); err != nil {
		return nil, err
	}
	if l.remote, err = parseAddress(o.To); err != nil {
		return nil, err
	}
	if l.target.target, err = parseURI(o.Target); err != nil {
		return nil, err
	}
	for _, r := range o.Route {
		uri, err := parseURI(r)
		if err != nil {
			return nil, err
		}
		l.target.routes = append(l.target.routes, uri)
	}
	return l, nil
}

// once is one transaction.
func (e *Endpoint) once(ctx context.Context, l *Leg, o *OutRequest) (*sip.Response, error) {
	uri, routes := l.target.path()
	req := l.skeleton(sip.RequestMethod(o.Method), uri, routes, l.seq, l.target.tag)
	if o.Contact != "" {
		req.AppendHeader(contact(&l.flow, contactUser(o.Contact, l.tag)))
	}
	l.auth.authorize(req)
	appendHeaders(req, o.Headers)
	appendCredentials(req, o.Headers)
	setBody(req, o.ContentType, o.Body)
	type outcome struct {
		res *sip.Response
		err error
	}
	got := make(chan outcome, 1)
	var abandon *transaction.Client
	e.transmit(exchange{
		flow: l.flow, next: l.target.next(&l.flow), req: req,
		started: func(tx *transaction.Client) { abandon = tx },
		response: func(res *sip.Response) {
			if !res.IsProvisional() {
				got <- outcome{res: res}
			}
		},
		failed: func(err error) { got <- outcome{err: err} },
	})
	select {
	case o := <-got:
		return o.res, o.err
	case <-ctx.Done():
		if abandon != nil {
			abandon.GiveUp()
		}
		return nil, fmt.Errorf("cannot complete %s: %w", o.Method, ctx.Err())
	}
}

// appendCredentials adds those of a caller who answers challenges himself, as a
// registration does that keeps its nonce.
func appendCredentials(req *sip.Request, headers []Header) {
	for _, h := range headers {
		if strings.EqualFold(h.Name, "Authorization") || strings.EqualFold(h.Name, "Proxy-Authorization") {
			req.AppendHeader(sip.NewHeader(h.Name, harmless(h.Value)))
		}
	}
}
