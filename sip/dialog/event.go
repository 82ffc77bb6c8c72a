package dialog

import (
	"time"

	"github.com/emiago/sipgo/sip"
)

// Event is what happened to a leg.
type Event interface{ event() }

// Progressed is a provisional response above 100. Reliable ones come once and in order.
type Progressed struct {
	Status   int
	Reason   string
	SDP      []byte // nil when it has none
	Fork     string // the To-tag: which of several phones it is from
	Response *sip.Response
}

// Answered is the 2xx that won. With an offer in the INVITE the ACK is on its way;
// without, SDP is the peer's offer and Leg.Ack sends the ACK.
type Answered struct {
	SDP      []byte
	Response *sip.Response
}

// Failed is the end of an outgoing INVITE without an answer. Ended follows.
type Failed struct {
	Status   int // 408 when nobody answered, 503 when nobody was reached
	Reason   string
	Response *sip.Response // nil when none came
	Contacts []string      // of a 3xx, best first
	// Timeout says that no final response came in time, Unreachable that the INVITE
	// could not be sent.
	Timeout, Unreachable bool
}

// Cancelled is a CANCEL for an incoming leg. Ended follows.
type Cancelled struct{ Cause Cause }

// Confirmed is the ACK of an incoming leg. SDP is the answer when the offer was ours.
type Confirmed struct{ SDP []byte }

// Offered is a new offer inside the dialog: answer with Request.Accept or Respond.
// SDP nil wants our offer, whose answer comes as Reanswered.
type Offered struct {
	SDP     []byte
	Request *Request
	Update  bool // an UPDATE or PRACK: to be answered without asking anybody
}

// Reanswered is the answer to Reoffer, or to the offer in our answer to Offered
// without SDP. Status below 300 has SDP; above, everything is as it was before.
type Reanswered struct {
	SDP    []byte
	Status int
}

// Refreshed is an UPDATE without an offer, already answered: a session refresh, or
// news about who is connected.
type Refreshed struct{ Message *sip.Request }

// Referred is a REFER. Request.Refer answers it and tells the outcome.
type Referred struct {
	Request     *Request
	To          string // Refer-To without its headers
	Replaces    *Replaces
	ReplacesLeg *Leg   // the leg of ours Replaces names, nil when none
	ReferredBy  string // header value, empty when absent
	// Headers are those of the Refer-To URI other than Replaces, unescaped.
	Headers []Header
}

// Infoed is an INFO. With DTMF it is already answered.
type Infoed struct {
	Request *Request
	DTMF    *DTMF
}

// DTMF is one key press told by INFO.
type DTMF struct {
	Digit    byte // 0–9 * # A–D
	Duration time.Duration
}

// Notified is a NOTIFY of the outcome of a REFER of ours, already answered.
type Notified struct {
	Request *Request
	Status  int  // of the message/sipfrag; 0 when it has none
	Final   bool // no more will come
}

// Requested is a request of another method: answer with Request.Respond.
type Requested struct{ Request *Request }

// Ended is the last event of every leg.
type Ended struct {
	Remote bool // the peer did it
	Cause  Cause
	Why    Why
}

// Why a leg ended.
type Why string

// The ways a leg ends.
const (
	WhyBye            Why = "bye"             // the peer's BYE
	WhyHangup         Why = "hangup"          // Leg.Hangup
	WhyRejected       Why = "rejected"        // Leg.Reject
	WhyCancelled      Why = "cancelled"       // the peer's CANCEL
	WhyFailed         Why = "failed"          // the INVITE was not answered: see Failed
	WhySessionExpired Why = "session_expired" // no refresh (RFC 4028)
	WhyNoAck          Why = "no_ack"          // no ACK to a 2xx, no PRACK to a reliable 1xx
	WhyNoAnswer       Why = "no_answer"       // no answer or 481 to a request inside the dialog
	WhyFlowLost       Why = "flow_lost"       // the connection was gone before the answer
	WhyInternal       Why = "internal"        // a defect of ours
	WhyShutdown       Why = "shutdown"        // Endpoint.Close
)

func (Progressed) event() {}
func (Answered) event()   {}
func (Failed) event()     {}
func (Cancelled) event()  {}
func (Confirmed) event()  {}
func (Offered) event()    {}
func (Reanswered) event() {}
func (Refreshed) event()  {}
func (Referred) event()   {}
func (Infoed) event()     {}
func (Notified) event()   {}
func (Requested) event()  {}
func (Ended) event()      {}
