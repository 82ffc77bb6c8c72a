package call

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/sdp"
	"dialtone/store/record"
)

// dialogue is one dialog as a call uses it: a [dialog.Leg], or a test's script. Its
// methods are called from the call's goroutine and never wait for the network.
type dialogue interface {
	ID() string
	CallID() string
	RemoteTag() string
	SetSink(func(dialog.Event))
	Incoming() bool
	Origin() dialog.Origin
	Request() *sip.Request
	Flow() dialog.Flow
	Offer() []byte
	Progress(status int, reason string, sdp []byte, reliable bool, h ...dialog.Header) error
	Accept(sdp []byte, h ...dialog.Header) error
	Reject(status int, reason string, h ...dialog.Header) error
	Hangup(cause dialog.Cause, h ...dialog.Header)
	Reoffer(sdp []byte, h ...dialog.Header) error
	Ack(sdp []byte)
	Send(r dialog.InDialog, done func(*sip.Response, error))
	Heard() bool
}

// person is whose leg it is, as far as it is known.
type person struct {
	account, user, device, credential, trunk record.ID
	aor                                      string // username@domain, lower case; empty for a trunk
	number, name                             string // what others are shown
	private                                  bool
}

// request is an offer inside a dialog that waits for its answer: a [dialog.Request].
type request interface {
	Accept(sdp []byte, h ...dialog.Header) error
	Respond(status int, reason string, body []byte, contentType string, h ...dialog.Header) error
}

// leg is one dialog of a call and its media.
type leg struct {
	dialogue
	media stream // nil: the session descriptions of a call without media of ours pass through
	who   person
	role  string // record.LegCaller or LegCallee
	uri   string

	// owner is whose goroutine handles the leg; it changes when the leg is transferred
	// or picks up.
	owner atomic.Pointer[Call]

	lamp     *Lamp // what watchers see; nil before it has a dialog
	number   int   // of the call's legs, in the order they were made
	status   int   // final status of its INVITE
	rang     bool
	answered bool
	gone     bool // hung up, or the other side has
	agent    string
	allow    string // methods the peer takes, as its Allow says; empty if it does not

	// One offer of ours may be open at a time.
	offering bool
	late     bool          // it went out in a 2xx: the answer comes with the ACK
	again    bool          // another is due once it is answered
	wish     sdp.Direction // what we last wanted of it
	holds    bool          // the peer has put us on hold
	dtmf     string
	keys     keys
	// asked is a request of the peer's that waits for the other leg's answer.
	asked   request
	early   []byte      // the answer that came before the final one
	release func()      // of a trunk's channel
	served  QueueTicket // of the queue whose caller the leg's user took; 0 for none
	lingers bool        // is through with the call, and has not hung up yet
	told    []byte      // the description the caller was given before the final answer
}

// post gives an event to whoever owns the leg. It never waits.
func (l *leg) post(do func(*Call)) {
	for {
		c := l.owner.Load()
		if c == nil || c.putFor(l, do) {
			return
		}
	}
}

// putFor puts an event into the mailbox unless the leg is another call's by now.
func (c *Call) putFor(l *leg, do func(*Call)) (settled bool) {
	c.box.mu.Lock()
	defer c.box.mu.Unlock()
	if l.owner.Load() != c {
		return false
	}
	c.box.add(message{leg: l, do: do})
	return true
}

// give moves a leg to another call, with the events that wait for it behind first. False
// when that call is over.
func (m *Manager) give(l *leg, from, to *Call, first message) bool {
	m.handover.Lock() // the only place that holds two mailboxes
	defer m.handover.Unlock()
	from.box.mu.Lock()
	defer from.box.mu.Unlock()
	to.box.mu.Lock()
	defer to.box.mu.Unlock()
	if !to.box.add(first) {
		return false
	}
	l.owner.Store(to)
	for _, waiting := range from.box.take(l) {
		to.box.add(waiting)
	}
	return true
}

// offersLate notes that an offer of ours goes out in a 2xx.
func (l *leg) offersLate() { l.offering, l.late = true, true }

// takesEvents tells whether the peer takes digits as RTP events (RFC 4733).
func (l *leg) takesEvents() bool {
	if l.media == nil {
		return true
	}
	for _, c := range l.media.Codecs() {
		if c.DTMF() {
			return true
		}
	}
	return false
}

// codec names the codec of the leg's audio, empty before there is one.
func (l *leg) codec() string {
	if l == nil || l.media == nil {
		return ""
	}
	c, _ := l.media.Codec()
	return c.Name
}

// secure says whether the leg's signalling and audio are encrypted.
func (l *leg) secure() bool {
	switch strings.ToLower(l.Flow().Transport) {
	case "tls", "wss":
		return l.media != nil && l.media.Stats().Secure
	}
	return false
}

// facts are what the call's record says of the leg.
func (l *leg) facts() record.CallLeg {
	f := l.Flow()
	r := record.CallLeg{
		Role: l.role, URI: l.uri, Device: l.who.device, User: l.who.user, Trunk: l.who.trunk,
		Transport: strings.ToLower(f.Transport), UserAgent: l.agent, CallID: clip(l.CallID()), Status: l.status, DTMF: l.dtmf,
	}
	if f.Remote.IsValid() {
		r.Source = f.Remote.String()
	}
	if l.media == nil {
		return r
	}
	s := l.media.Stats()
	r.Codec, r.SRTP = s.Codec, s.Secure
	if s.Kind == media.T38 {
		r.Codec = s.Kind.String()
	}
	r.PacketsSent, r.PacketsReceived, r.PacketsLost = s.Sent.Packets, s.Received.Packets, s.Received.Lost
	r.LossPercent = 100 * s.Received.Loss
	r.JitterMS = float64(s.Received.Jitter) / float64(time.Millisecond)
	r.RoundTripMS = float64(s.RoundTrip) / float64(time.Millisecond)
	r.MOS = s.Received.MOS
	return r
}
