package call

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"dialtone/fax"
	"dialtone/internal/audio"
	"dialtone/sip/media"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// awaitTheirT38 is how long the called side, which hears our calling tone, may take to ask
// for T.38 before we do.
const awaitTheirT38 = 5 * time.Second

// dialFax bounds how long a fax call may ring.
const dialFax = 90 * time.Second

// FaxDialer makes the calls of faxes that are sent: a [fax.Dialer].
type FaxDialer struct{ m *Manager }

// FaxDialer gives one.
func (m *Manager) FaxDialer() FaxDialer { return FaxDialer{m} }

// faxLine is a call of a fax that is sent.
type faxLine struct {
	call *Call
	from fax.Call

	mu      sync.Mutex
	settled chan struct{} // closed once T.38 is agreed or the call is over
	agreed  *fax.Agreed
	failed  *fax.CallError
	gone    bool
	ended   func()
	stream  stream
}

// Dial calls for a fax and returns once T.38 is agreed.
func (d FaxDialer) Dial(ctx context.Context, from fax.Call) (fax.Line, error) {
	line := &faxLine{from: from, settled: make(chan struct{})}
	if !d.m.startAlone(func(c *Call) {
		line.call = c
		c.sendFax(line)
	}) {
		return nil, &fax.CallError{Reason: record.FaxUnreachable, Detail: "the daemon is about to stop", Upstream: true}
	}
	select {
	case <-line.settled:
	case <-ctx.Done():
		line.Hangup()
		<-line.settled
	}
	line.mu.Lock()
	defer line.mu.Unlock()
	if line.failed != nil {
		return nil, line.failed
	}
	return line, nil
}

// ID is the call's identifier.
func (l *faxLine) ID() string { return l.call.id }

// Agreed is what was agreed on.
func (l *faxLine) Agreed() fax.Agreed { return *l.agreed }

// Start lets the fax talk.
func (l *faxLine) Start(receive func([]byte), ended func()) func([]byte) {
	l.mu.Lock()
	gone := l.gone
	l.ended = ended
	l.mu.Unlock()
	if gone {
		ended()
		return func([]byte) {}
	}
	l.stream.Terminate(receive)
	return l.stream.SendDatagram
}

// Hangup ends the call.
func (l *faxLine) Hangup() {
	if l.call == nil {
		return
	}
	l.call.post(func(c *Call) {
		if c.record.AnsweredAt.IsZero() {
			c.end(endCancelled)
		} else {
			c.end(endFeature)
		}
	})
}

// agreedOn settles the call: T.38 it is.
func (l *faxLine) agreedOn(a fax.Agreed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.agreed, l.stream = &a, l.call.faxing.l.media
	close(l.settled)
}

// over says that the call has ended.
func (l *faxLine) over(o outcome) {
	l.mu.Lock()
	l.gone = true
	ended := l.ended
	if l.agreed == nil && l.failed == nil {
		l.failed = faxFailure(o)
		close(l.settled)
	}
	l.mu.Unlock()
	if ended != nil {
		ended()
	}
}

// faxFailure is why a call for a fax came to nothing.
func faxFailure(o outcome) *fax.CallError {
	reasons := map[string]string{
		record.ReasonUserBusy: record.FaxBusy, record.ReasonNoAnswer: record.FaxNoAnswer, record.ReasonNotFound: record.FaxNotFound,
		record.ReasonDeclined: record.FaxDeclined, record.ReasonIncompatibleMedia: record.FaxNoT38,
		record.ReasonCallerCancelled: record.FaxNoAnswer,
	}
	e := &fax.CallError{Reason: reasons[o.reason], Detail: o.text}
	if e.Reason == "" {
		e.Reason, e.Upstream = record.FaxUnreachable, true
	}
	if e.Detail == "" {
		e.Detail = "the call ended: " + o.reason
	}
	if o == endNoT38 {
		e.Detail = "the far end does not speak T.38"
	}
	return e
}

// nowhere is where a machine's own media lead.
var nowhere = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// sendFax calls for a fax. A machine of ours sits where a caller does: answered, with
// media that lead nowhere.
func (c *Call) sendFax(line *faxLine) {
	machine := &leg{role: record.LegCaller, answered: true, who: person{account: line.from.Account, number: line.from.From}}
	c.faxing = &faxing{l: machine, line: line}
	c.decision = route.Decision{Account: line.from.Account, Direction: record.CallOutbound}
	if err := c.open(machine, media.Options{Peer: nowhere}); err != nil {
		c.end(mediaRefusal(err))
		return
	}
	c.add(machine)
	c.caller = machine
	c.view(func(d directory) {
		c.decision = route.DecideFax(d, line.from.Account, line.from.Number, line.from.To, c.m.now())
	})
	c.record.Dialled = line.from.To
	c.describe()
	c.m.metrics.started.Inc()
	c.notify(EventStarted)
	c.after(dialFax, func(c *Call) {
		if c.record.AnsweredAt.IsZero() {
			c.end(ended(record.CallNoAnswer, record.ReasonNoAnswer, 480, "No Answer", 0, record.HungUpBySystem))
		}
	})
	switch c.decision.Kind {
	case route.Ring, route.Trunk:
		c.startRing(machine, c.decision, (*Call).faxAccepted)
	default:
		c.end(refused(c.decision.Refusal, record.CallRejected))
	}
}

// faxAccepted ends the ringing for a fax: the machine's place is the winner's.
func (c *Call) faxAccepted(won *leg, o outcome) {
	if won == nil {
		c.end(o)
		return
	}
	f := c.faxing
	machine := f.l
	f.l = won
	c.callee = won
	c.record.AnsweredAt = c.m.now()
	c.describeCallee(won)
	machine.media.Leave()
	c.light(won, StateConfirmed)
	c.notify(EventAnswered)
	won.media.Play(callingTone())
	c.after(awaitTheirT38, func(c *Call) { c.askForT38(f) })
	c.after(awaitT38, func(c *Call) { c.noT38(f) })
}

// callingTone is that of a fax machine that calls: 1100 Hz for half a second, every 3.5 s
// (T.30 section 4.3.3.1).
func callingTone() *tone {
	return &tone{tone: audio.Tone{
		{Hertz: [2]float64{1100, 0}, Level: -13, Duration: 500 * time.Millisecond}, {Duration: 3 * time.Second},
	}, time: 3500 * time.Millisecond, loop: true}
}
