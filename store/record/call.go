package record

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// Directions of a call, closed list.
const (
	CallInternal  = "internal"
	CallInbound   = "inbound"
	CallOutbound  = "outbound"
	CallEmergency = "emergency"
)

// CallDirections lists them.
func CallDirections() []string {
	return []string{CallInternal, CallInbound, CallOutbound, CallEmergency}
}

// Results of a call, closed list (also the metric's label).
const (
	CallAnswered  = "answered"
	CallNoAnswer  = "no_answer"
	CallBusy      = "busy"
	CallDeclined  = "declined"
	CallCancelled = "cancelled"
	CallFailed    = "failed"
	CallForwarded = "forwarded" // the call went on elsewhere with a record of its own
	CallRejected  = "rejected"  // refused before anybody was rung
)

// CallResults lists them.
func CallResults() []string {
	return []string{
		CallAnswered, CallNoAnswer, CallBusy, CallDeclined, CallCancelled, CallFailed, CallForwarded, CallRejected,
	}
}

// Reasons of a call's result, closed list (also the metric's label).
const (
	ReasonNormal             = "normal"
	ReasonCallerCancelled    = "caller_cancelled"
	ReasonNoAnswer           = "no_answer"
	ReasonUserBusy           = "user_busy"
	ReasonDoNotDisturb       = "do_not_disturb"
	ReasonDeclined           = "declined"
	ReasonNotFound           = "not_found"
	ReasonNotRegistered      = "not_registered"
	ReasonUnreachable        = "unreachable"
	ReasonNoPermission       = "no_permission"
	ReasonNoTrunk            = "no_trunk"
	ReasonTrunkFailed        = "trunk_failed"
	ReasonTrunkLimit         = "trunk_limit"
	ReasonIncompatibleMedia  = "incompatible_media"
	ReasonNoMedia            = "no_media"
	ReasonSessionExpired     = "session_expired"
	ReasonLoop               = "loop"
	ReasonForbidden          = "forbidden"
	ReasonTransferred        = "transferred"
	ReasonAdminHangup        = "admin_hangup"
	ReasonShuttingDown       = "shutting_down"
	ReasonTimeout            = "timeout"
	ReasonProtocolError      = "protocol_error"
	ReasonInternalError      = "internal_error"
	ReasonCompletedElsewhere = "completed_elsewhere"
	ReasonQueueFull          = "queue_full"
	ReasonQueueEmpty         = "queue_empty"
	ReasonQueueTimeout       = "queue_timeout"
	ReasonFaxLimit           = "fax_limit" // as many faxes as the account may have came within the hour
	ReasonAbandoned          = "abandoned" // the caller hung up while he waited in a queue
)

// CallReasons lists them.
func CallReasons() []string {
	return []string{
		ReasonNormal, ReasonCallerCancelled, ReasonNoAnswer, ReasonUserBusy, ReasonDoNotDisturb, ReasonDeclined,
		ReasonNotFound, ReasonNotRegistered, ReasonUnreachable, ReasonNoPermission, ReasonNoTrunk, ReasonTrunkFailed,
		ReasonTrunkLimit, ReasonIncompatibleMedia, ReasonNoMedia, ReasonSessionExpired, ReasonLoop, ReasonForbidden,
		ReasonTransferred, ReasonAdminHangup, ReasonShuttingDown, ReasonTimeout, ReasonProtocolError,
		ReasonInternalError, ReasonCompletedElsewhere, ReasonQueueFull, ReasonQueueEmpty, ReasonQueueTimeout,
		ReasonAbandoned, ReasonFaxLimit,
	}
}

// Who ended a call.
const (
	HungUpByCaller = "caller"
	HungUpByCallee = "callee"
	HungUpBySystem = "system"
)

// Roles of a leg.
const (
	LegCaller = "caller"
	LegCallee = "callee"
)

// callPrefix starts the identifiers of calls.
const callPrefix = "call_"

// NewCallID is the identifier of a call that begins at now: opaque, sortable by time.
func NewCallID(now time.Time) string {
	return callPrefix + strings.ToLower(ulid.MustNew(ulid.Timestamp(now), rand.Reader).String())
}

// IsCallID says whether a text has the form of a call's identifier.
func IsCallID(id string) bool {
	rest, ok := strings.CutPrefix(id, callPrefix)
	if !ok || rest != strings.ToLower(rest) {
		return false
	}
	_, err := ulid.ParseStrict(rest)
	return err == nil
}

// CallRecord is one call and what became of it.
type CallRecord struct {
	ID              string    `json:"id" doc:"Identifier, sortable by time."`
	Account         ID        `json:"-" cbor:"account"`
	CallID          string    `json:"call_id" doc:"Identifier the call had while it lasted; a call that went on elsewhere has several records of one."`
	Direction       string    `json:"direction" doc:"internal, inbound, outbound or emergency."`
	From            string    `json:"from" doc:"Who called: extension or number."`
	To              string    `json:"to" doc:"Who was called: extension or number."`
	Dialled         string    `json:"dialled" doc:"What the caller dialled."`
	CallerName      string    `json:"caller_name" doc:"Name shown of the caller."`
	User            ID        `json:"user" doc:"The account's user who called, or of an inbound call was called."`
	Device          ID        `json:"device" doc:"The device that called, or of an inbound call answered."`
	Number          ID        `json:"number" doc:"The account's number that was called or shown."`
	Trunk           ID        `json:"trunk" doc:"The provider account it went through."`
	StartedAt       time.Time `json:"started_at" doc:"When it began."`
	RingingAt       time.Time `json:"ringing_at,omitzero" doc:"When somebody was rung."`
	AnsweredAt      time.Time `json:"answered_at,omitzero" doc:"When it was answered."`
	EndedAt         time.Time `json:"ended_at" doc:"When it ended."`
	DurationSeconds int       `json:"duration_seconds" doc:"Seconds from the answer to the end."`
	Result          string    `json:"result" doc:"answered, no_answer, busy, declined, cancelled, failed, forwarded or rejected."`
	Reason          string    `json:"reason" doc:"Why, from a closed list."`
	SIPStatus       int       `json:"sip_status" doc:"Final SIP status given to the caller."`
	HungUpBy        string    `json:"hung_up_by" doc:"caller, callee or system."`
	Legs            []CallLeg `json:"legs" doc:"The dialogs of the call."`
	Transfers       []string  `json:"transfers" doc:"Transfers in order, a sentence each."`
	Forwards        []string  `json:"forwards" doc:"Forwards in order, a sentence each."`

	// Recordings are found beside the record when it is read.
	Recordings []Recording `json:"recordings" cbor:"-" doc:"Its recordings, the first one first."`

	Queues []QueuePassage `json:"queues" doc:"How it went through queues, in order."`
}

// CallLeg is one dialog of a call and its media as we saw it.
type CallLeg struct {
	Role            string  `json:"role" doc:"caller or callee."`
	URI             string  `json:"uri" doc:"Whose it is: address of record, or the URI at the carrier."`
	Device          ID      `json:"device" doc:"The device."`
	User            ID      `json:"user" doc:"Whose line it is."`
	Trunk           ID      `json:"trunk" doc:"The provider account."`
	Source          string  `json:"source" doc:"Where its signalling is, address:port."`
	Transport       string  `json:"transport" doc:"udp, tcp, tls, ws or wss."`
	UserAgent       string  `json:"user_agent" doc:"What the other side said it is."`
	CallID          string  `json:"call_id" doc:"SIP Call-ID."`
	Status          int     `json:"status" doc:"Final SIP status of its INVITE; 0 when there was none."`
	Codec           string  `json:"codec" doc:"Codec of its audio."`
	SRTP            bool    `json:"srtp" doc:"Whether its media were encrypted."`
	DTMF            string  `json:"dtmf" doc:"How digits came: rfc4733, info or inband."`
	PacketsSent     uint64  `json:"packets_sent" doc:"RTP packets sent to it."`
	PacketsReceived uint64  `json:"packets_received" doc:"RTP packets received from it."`
	PacketsLost     uint64  `json:"packets_lost" doc:"RTP packets that did not arrive here."`
	LossPercent     float64 `json:"loss_percent" doc:"The same as a share, per cent."`
	JitterMS        float64 `json:"jitter_ms" doc:"Interarrival jitter, milliseconds (RFC 3550)."`
	RoundTripMS     float64 `json:"round_trip_ms" doc:"Round-trip time by RTCP, milliseconds; 0 is unknown."`
	MOS             float64 `json:"mos" doc:"Estimated quality, 1 to 4.5; 0 is unknown."`
}

// MaxTrace bounds the messages kept of one call, in bytes.
const MaxTrace = 64 << 10

// CallTrace is the SIP messages of a call, for the ladder view.
type CallTrace struct {
	Messages []TraceMessage `json:"messages" doc:"The messages in the order they came and went."`
	Dropped  int            `json:"dropped" doc:"How many more there were beyond 64 KB."`
}

// TraceMessage is one SIP message as it was on the wire, secrets masked.
type TraceMessage struct {
	Time      time.Time `json:"time" doc:"When."`
	Sent      bool      `json:"sent" doc:"Whether we sent it."`
	Local     string    `json:"local" doc:"Our address:port."`
	Remote    string    `json:"remote" doc:"The other side's address:port."`
	Transport string    `json:"transport" doc:"udp, tcp, tls, ws or wss."`
	Message   string    `json:"message" doc:"The message."`
}

// Size is what the message counts against MaxTrace, in bytes.
func (m *TraceMessage) Size() int {
	const fixed = 64 // time, flag, transport and the fields' names
	return fixed + len(m.Local) + len(m.Remote) + len(m.Message)
}

// Bounded is the trace without the messages beyond MaxTrace, which are counted.
func (t CallTrace) Bounded() CallTrace {
	size := 0
	for i := range t.Messages {
		if size += t.Messages[i].Size(); size > MaxTrace {
			return CallTrace{Messages: t.Messages[:i:i], Dropped: t.Dropped + len(t.Messages) - i}
		}
	}
	return t
}
