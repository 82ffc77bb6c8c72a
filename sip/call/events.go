package call

import (
	"strings"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/store/record"
)

// sink takes a leg's events to its call.
func (l *leg) sink(ev dialog.Event) {
	l.post(func(c *Call) { c.happened(l, ev) })
}

// hear takes a stream's events to its call.
func (l *leg) hear(ev media.Event) {
	switch ev.(type) {
	case media.Latched:
		return // of no consequence to a call
	}
	l.post(func(c *Call) { c.heard(l, ev) })
}

// happened handles what a dialog tells. It is the whole list.
func (c *Call) happened(l *leg, ev dialog.Event) {
	switch ev := ev.(type) {
	case dialog.Progressed:
		l.learn(ev.Response)
		if b := c.ring.of(l); b != nil {
			c.progressed(b, ev)
		}
	case dialog.Answered:
		l.learn(ev.Response)
		c.legAnswered(l, ev)
	case dialog.Failed:
		c.legFailed(l, ev)
	case dialog.Cancelled:
		c.cancelled(l, ev)
	case dialog.Confirmed:
		c.confirmed(l, ev)
	case dialog.Offered:
		c.offered(l, offer{ev.SDP, ev.Update, ev.Request})
	case dialog.Reanswered:
		c.reanswered(l, ev)
	case dialog.Referred:
		c.referred(l, ev)
	case dialog.Infoed:
		c.infoed(l, ev)
	case dialog.Requested:
		_ = ev.Request.Respond(405, "Method Not Allowed", nil, "")
	case dialog.Refreshed, dialog.Notified:
	case dialog.Ended:
		c.legEnded(l, ev)
	}
}

// learn takes what a peer's response says of it.
func (l *leg) learn(resp *sip.Response) {
	if resp == nil {
		return
	}
	for _, name := range []string{"User-Agent", "Server"} {
		if v := header(resp, name); v != "" {
			l.agent = clip(v)
		}
	}
	if allow := headers(resp, "Allow"); len(allow) > 0 {
		l.allow = strings.ToUpper(strings.Join(allow, ","))
	}
}

// allows says whether the peer takes a method; who says nothing is believed to.
func (l *leg) allows(method string) bool {
	return l.allow == "" || strings.Contains(","+strings.ReplaceAll(l.allow, " ", "")+",", ","+method+",")
}

// legAnswered handles a 2xx.
func (c *Call) legAnswered(l *leg, ev dialog.Answered) {
	b := c.ring.of(l)
	if b == nil { // given up meanwhile: the dialog ends by itself
		c.hangup(l, dialog.Elsewhere())
		return
	}
	c.branchAnswered(b, ev)
}

// legFailed handles an INVITE of ours that was refused. The leg is over.
func (c *Call) legFailed(l *leg, ev dialog.Failed) {
	l.learn(ev.Response)
	l.status = ev.Status
	b := c.ring.of(l)
	c.remove(l)
	if b != nil {
		c.branchFailed(b, ev)
	}
}

// cancelled handles a caller who gave up.
func (c *Call) cancelled(l *leg, ev dialog.Cancelled) {
	l.status = 487
	c.remove(l)
	c.leaves(l, ev.Cause, endCancelled)
}

// legEnded handles the end of a dialog.
func (c *Call) legEnded(l *leg, ev dialog.Ended) {
	seat := l.role
	if l == c.callee {
		seat = record.LegCallee
	}
	b := c.ring.of(l)
	c.remove(l)
	if b != nil {
		c.branchFailed(b, dialog.Failed{Status: 503, Unreachable: true})
		return
	}
	o := ended(record.CallAnswered, record.ReasonNormal, 200, "", 0, hungUpBy(seat, ev.Remote))
	switch ev.Why {
	case dialog.WhySessionExpired:
		o.reason, o.by = record.ReasonSessionExpired, hungUpBy(seat, true) // who was silent
	case dialog.WhyNoAck:
		o.reason = record.ReasonTimeout
	case dialog.WhyNoAnswer, dialog.WhyFlowLost:
		o.reason = record.ReasonUnreachable
	case dialog.WhyInternal:
		o.reason = record.ReasonInternalError
	case dialog.WhyShutdown:
		o.reason = record.ReasonShuttingDown
	case dialog.WhyCancelled:
		o = endCancelled
	}
	c.leaves(l, ev.Cause, o)
}

func hungUpBy(seat string, remote bool) string {
	switch {
	case !remote:
		return record.HungUpBySystem
	case seat == record.LegCallee:
		return record.HungUpByCallee
	}
	return record.HungUpByCaller
}

// leaves ends the call when nobody is left for whom it goes on; the others are told what
// the one who left said. l is removed already.
func (c *Call) leaves(l *leg, why dialog.Cause, o outcome) {
	c.why = why
	defer func() { c.why = dialog.Cause{} }()
	c.dialLeft(l)
	switch {
	case c.consultLeft(l), l.lingers:
	case c.queueing != nil && c.queueing.of == l:
		c.leftQueue(o)
	case c.ends != nil:
		c.end(*c.ends)
	case c.ring != nil && c.ring.from == l:
		if !l.answered && c.record.AnsweredAt.IsZero() {
			o = endCancelled
		}
		c.end(o)
	case c.transfer != nil && c.transfer.left(c, l):
	case c.parking != nil && c.parking.of != l: // who parked it
	case c.caller == nil || c.callee == nil:
		c.end(o)
	}
}

// heard handles what a stream tells.
func (c *Call) heard(l *leg, ev media.Event) {
	switch ev := ev.(type) {
	case media.DTMF:
		l.dtmf = "rfc4733"
		if c.queueKey(l, ev.Digit) || c.key(l, ev.Digit) {
			return
		}
		if other := c.other(l); other != nil && !ev.Relayed && other.answered {
			other.Send(infoDigit(ev.Digit, ev.Duration), nil)
		}
	case media.NoMedia:
		other := c.other(l)
		if other == nil || !c.talking() || l.holds || other.holds || c.protected() {
			return // silence is what was asked for; a call for help is never ended
		}
		c.end(ended(record.CallAnswered, record.ReasonNoMedia, 200, "", 0, record.HungUpBySystem))
	case media.FaxTone:
		c.faxHeard(l, ev)
	case media.Played:
		if c.played != nil {
			c.played(c)
		}
	}
}

// hangup ends a leg in whatever state it is.
func (c *Call) hangup(l *leg, why dialog.Cause) {
	if l.gone {
		return
	}
	if l.dialogue != nil {
		if !l.answered && l.status == 0 && !l.Incoming() {
			l.status = 487 // what its CANCEL comes to
		}
		l.Hangup(why)
	}
	c.remove(l)
}

// tell gives an unanswered caller the final response an outcome says.
func (c *Call) tell(l *leg, o outcome) {
	if l.dialogue == nil || !l.Incoming() || l.answered {
		return
	}
	status := o.status
	if status < 300 {
		status = 480
	}
	var h []dialog.Header
	if o.retryAfter > 0 {
		h = append(h, dialog.Header{Name: "Retry-After", Value: itoa(o.retryAfter)})
	}
	if o.cause != 0 {
		reason := "Q.850;cause=" + itoa(o.cause)
		if o.why != "" {
			reason += `;text="` + o.why + `"`
		}
		h = append(h, dialog.Header{Name: "Reason", Value: reason})
	}
	l.status = status
	_ = l.Reject(status, o.text, h...)
}
