package dialog

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

const (
	typeSipfrag = "message/sipfrag;version=2.0"
	// subscription is how long a transfer may take, in seconds, as told to the
	// transferor.
	subscription = "180"
)

// Referral answers a REFER and tells its outcome (RFC 3515). Its methods, like those
// of the leg, never wait for the network; what comes after the final outcome is
// ignored.
type Referral struct {
	r     *Request
	to    *peer
	event string
	quiet bool // no subscription wanted (RFC 4488)
	said  int  // the last status told
	done  bool
}

// referred takes a REFER.
func (l *Leg) referred(p *peer, r *Request) {
	ev, ok := referral(r.msg)
	if !ok {
		_ = r.respond(sip.StatusBadRequest, "Bad Refer-To", "", nil, nil)
		return
	}
	l.referrer++
	event := "refer"
	if l.referrer > 1 {
		event += ";id=" + strconv.FormatUint(uint64(r.seq()), 10)
	}
	r.referral = &Referral{r: r, to: p, event: event, quiet: strings.EqualFold(value(r.msg, "Refer-Sub"), "false")}
	ev.Request = r
	l.guard(r)
	l.later(func() { // finding the other leg locks it
		if ev.Replaces != nil {
			ev.ReplacesLeg = l.e.named(*ev.Replaces)
		}
		l.input(func() {
			if l.over {
				l.afterEnd(r)
				return
			}
			l.emit(ev)
		})
	})
}

// referral reads what a REFER asks for.
func referral(req *sip.Request) (ev Referred, ok bool) {
	v := values(req, "Refer-To")
	if len(v) != 1 {
		return ev, false
	}
	addr, _ := splitParams(v[0])
	uri, headers, _ := strings.Cut(inside(addr), "?")
	if _, err := parseURI(uri); err != nil {
		return ev, false
	}
	ev.To, ev.ReferredBy = uri, value(req, "Referred-By")
	for pair := range strings.SplitSeq(headers, "&") {
		name, escaped, _ := strings.Cut(pair, "=")
		text, err := url.PathUnescape(escaped)
		if name == "" || err != nil || strings.ContainsFunc(text, isControl) {
			continue
		}
		if !strings.EqualFold(name, "Replaces") {
			ev.Headers = append(ev.Headers, Header{name, text})
			continue
		}
		r, ok := ParseReplaces(text)
		if !ok {
			return ev, false
		}
		ev.Replaces = &r
	}
	return ev, true
}

// Refer is how a REFER is answered; nil for other requests.
func (r *Request) Refer() *Referral { return r.referral }

// Accept answers 202 and, unless the transferor wants no news, says 100 Trying.
func (f *Referral) Accept() error {
	l := f.r.leg
	l.mu.Lock()
	defer l.unlock()
	var h []Header
	if f.quiet {
		h = []Header{{"Refer-Sub", "false"}}
	}
	if err := f.r.respond(sip.StatusAccepted, "", "", nil, h); err != nil {
		return fmt.Errorf("cannot accept REFER: %w", err)
	}
	f.notify(sip.StatusTrying, "", false)
	return nil
}

// Reject refuses with 300 or above.
func (f *Referral) Reject(status int, reason string) error {
	l := f.r.leg
	l.mu.Lock()
	defer l.unlock()
	f.done = true
	if err := f.r.respond(status, reason, "", nil, nil); err != nil {
		return fmt.Errorf("cannot reject REFER: %w", err)
	}
	return nil
}

// Progress tells a provisional status of the call that was asked for.
func (f *Referral) Progress(status int, reason string) {
	l := f.r.leg
	l.mu.Lock()
	defer l.unlock()
	if status != f.said {
		f.notify(status, reason, false)
	}
}

// Done tells the final status of the call that was asked for.
func (f *Referral) Done(status int, reason string) {
	l := f.r.leg
	l.mu.Lock()
	defer l.unlock()
	f.notify(status, reason, true)
}

// notify sends a NOTIFY, also after the leg has ended: the subscription outlives the
// call (RFC 5057 4). l.mu is held.
func (f *Referral) notify(status int, reason string, final bool) {
	if f.done || !f.r.answered {
		return
	}
	f.done, f.said = final, status
	if f.quiet {
		return
	}
	if reason = harmless(reason); reason == "" {
		reason = phrase(status)
	}
	state := "active;expires=" + subscription
	if final {
		state = "terminated;reason=noresource"
	}
	f.r.leg.send(f.to, InDialog{
		Method: string(sip.NOTIFY), Headers: []Header{{"Event", f.event}, {"Subscription-State", state}},
		ContentType: typeSipfrag, Body: []byte("SIP/2.0 " + strconv.Itoa(status) + " " + reason + "\r\n"),
	}, nil, func(*sip.Response, error) {})
}

// notified takes a NOTIFY: of a REFER of ours, or of something else.
func (l *Leg) notified(r *Request) {
	event, _ := splitParams(value(r.msg, "Event"))
	if !strings.EqualFold(event, "refer") {
		l.guard(r)
		l.emit(Requested{r})
		return
	}
	_ = r.respond(sip.StatusOK, "", "", nil, nil)
	state, _ := splitParams(value(r.msg, "Subscription-State"))
	l.emit(Notified{Request: r, Status: sipfrag(r.msg.Body()), Final: strings.EqualFold(state, "terminated")})
}

// sipfrag is the status a message/sipfrag begins with, 0 for none.
func sipfrag(body []byte) int {
	rest, ok := strings.CutPrefix(string(body[:min(len(body), 64)]), "SIP/2.0 ")
	if !ok || len(rest) < 3 {
		return 0
	}
	n, err := strconv.ParseUint(rest[:3], 10, 16)
	if err != nil || n < 100 || n > 699 {
		return 0
	}
	return int(n)
}
