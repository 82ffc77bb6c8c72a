package route

import (
	"time"

	"dialtone/store/record"
)

// Plan is who rings. Stages are gone through in order until somebody answers; a stage is over when its time is up or
// every target of it has failed. When the last is over, the outcomes of all targets, put together by [Combine], lead
// on by [Follow].
type Plan struct {
	Stages []Stage
	// OnBusy, OnNoAnswer and OnUnreachable are where the call goes on by outcome; nil is nowhere.
	OnBusy, OnNoAnswer, OnUnreachable *Hop
}

// Stage is targets that ring at the same time, each at most once.
type Stage struct {
	Targets []Target
	// Timeout is how long to ring. For a target outside it begins with the call, not with the ringing.
	Timeout time.Duration
}

// Target is one address of record, every binding of which rings, or one number outside.
type Target struct {
	// AOR is username@domain of a line; empty for a target outside.
	AOR string
	// Credential, Device, Line and User are the line's; User is empty when it names none.
	Credential, Device record.ID
	Line               int
	User               record.ID
	// Single says the user has call waiting off: while the user has another call the target is busy.
	Single bool

	// Outside is the number or short number to call through the first of Ways that takes it; empty for a line.
	Outside string
	Ways    []Way

	// Shown is what a line is told of the caller. For a target outside each way has its own.
	Shown CallerID
}

// Way is one trunk to a number outside.
type Way struct {
	Trunk record.ID
	// Number is the user part of the Request-URI in the form the trunk wants.
	Number string
	// Shown is who the trunk is told calls, numbers in the form it wants.
	Shown CallerID
	// Diversions are to be told as Diversion headers, the latest first; Number is set in each.
	Diversions []Diversion
}

// CallerID is what the called side is told.
type CallerID struct {
	// Number is an extension inside, a telephone number outside; empty is unknown.
	Number string
	Name   string
	// Private says From is to be anonymous (RFC 3323). Toward a trunk Number still goes into P-Asserted-Identity with
	// Privacy: id; inside both are empty.
	Private bool
	// Own is the account's number that is shown, if it is one of the account's.
	Own record.ID
}

// Hop is where a call goes on when a plan has ended.
type Hop struct {
	// Destination is dialled for the user of a forwarding rule; empty where Target is set.
	Destination string
	// Target is the overflow of a ring group or a queue.
	Target *record.Target
	// User, Group or Queue is who sends the call on.
	User, Group, Queue record.ID
}

// Diversion is one time a call was led from whom it was for to somebody else.
type Diversion struct {
	// User, Group or Queue is who diverted; all empty where a number or extension leads outside by itself.
	User, Group, Queue record.ID
	// Number is the diverting party's, E.164 or in a Way the form its trunk wants; empty when it has none.
	Number string
	// Extension is the diverting party's.
	Extension string
	Name      string
	// Reason is one of RFC 5806 section 10.2: DivertedAlways and so on.
	Reason string
	// To is where it was led.
	To string
}

// Reasons of a diversion.
const (
	DivertedAlways      = "unconditional"
	DivertedBusy        = "user-busy"
	DivertedNoAnswer    = "no-answer"
	DivertedUnavailable = "unavailable"
	DivertedFollowMe    = "follow-me"
	DivertedByPhone     = "deflection"
)
