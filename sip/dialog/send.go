package dialog

import (
	"fmt"

	"github.com/emiago/sipgo/sip"
)

// Send sends a request inside the dialog: INFO, NOTIFY, REFER, MESSAGE, UPDATE
// without an offer. done, which may be nil, is called in turn with the events: with
// the final response, or why there is none.
func (l *Leg) Send(r InDialog, done func(*sip.Response, error)) {
	l.mu.Lock()
	defer l.unlock()
	if done == nil {
		done = func(*sip.Response, error) {}
	}
	p := l.established()
	if p == nil || !isToken(r.Method) || l.over && r.Method != string(sip.NOTIFY) {
		err := fmt.Errorf("cannot send %s: %w", r.Method, ErrState)
		l.later(func() { done(nil, err) })
		return
	}
	l.send(p, r, nil, func(res *sip.Response, err error) { l.later(func() { done(res, err) }) })
}

// established is whom requests go to: the dialog, or the first early one. l.mu is held.
func (l *Leg) established() *peer {
	switch {
	case l.peer != nil && (!l.incoming || l.state != StateIncoming):
		return l.peer
	case len(l.forks) > 0:
		return l.forks[0]
	default:
		return nil
	}
}

// send sends a request to p, and again with credentials when it is challenged. add
// completes it; done runs with the lock held. l.mu is held.
func (l *Leg) send(p *peer, r InDialog, add func(*sip.Request), done func(*sip.Response, error)) {
	l.sendTry(p, r, add, 1, done)
}

func (l *Leg) sendTry(p *peer, r InDialog, add func(*sip.Request), try int, done func(*sip.Response, error)) {
	req := l.newRequest(p, sip.RequestMethod(r.Method), l.nextSeq())
	l.auth.authorize(req)
	if add != nil {
		add(req)
	}
	appendHeaders(req, r.Headers)
	setBody(req, r.ContentType, r.Body)
	x := exchange{leg: l.tag, flow: l.flow, next: p.next(&l.flow), req: req}
	x.response = func(res *sip.Response) {
		if res.IsProvisional() {
			return
		}
		l.input(func() {
			challenged := res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired
			if challenged && try < maxTries && l.auth.challenged(res) {
				l.sendTry(p, r, add, try+1, done)
				return
			}
			l.auth.accepted()
			done(res, nil)
		})
	}
	x.failed = func(err error) { l.input(func() { done(nil, err) }) }
	l.later(func() {
		flow, err := l.e.ready(x.flow)
		if err != nil {
			x.failed(fmt.Errorf("cannot send %s: %w (%w)", r.Method, ErrUnreachable, err))
			return
		}
		x.flow = flow
		l.e.transmit(x)
	})
}

// Heard tells whether the peer has said anything at all to the INVITE of an outgoing
// leg, a 100 included.
func (l *Leg) Heard() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state > StateCalling || l.out != nil && l.out.provisional
}
