package call

import (
	"errors"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// outcome is how a call ended: what its record says and, while it is unanswered, what
// the caller is told.
type outcome struct {
	result, reason string
	status         int // final SIP status of an unanswered call
	text           string
	retryAfter     int    // seconds; 0 says nothing
	by             string // record.HungUpBy…
	cause          int    // of Q.850; 0 says nothing
	why            string // in words, beside the cause
}

// refusal is the outcome of a call refused before anybody was rung.
func refusal(status int, text, reason string) outcome {
	return outcome{result: record.CallRejected, reason: reason, status: status, text: text, by: record.HungUpBySystem}
}

// ended is the outcome of any other call.
func ended(result, reason string, status int, text string, retryAfter int, by string) outcome {
	return outcome{result: result, reason: reason, status: status, text: text, retryAfter: retryAfter, by: by}
}

// The ends that need no further fact.
var (
	endMalformed = refusal(400, "Bad Request", record.ReasonProtocolError)
	endForbidden = refusal(403, "Forbidden", record.ReasonForbidden)
	endReplaces  = refusal(481, "Call/Transaction Does Not Exist", record.ReasonNotFound)
	endMedia     = refusal(488, "Not Acceptable Here", record.ReasonIncompatibleMedia)
	endDraining  = ended(record.CallRejected, record.ReasonShuttingDown, 503, "Service Unavailable", 10, record.HungUpBySystem)
	endFull      = ended(record.CallRejected, record.ReasonNoPermission, 503, "Too Many Calls", 5, record.HungUpBySystem)
	endPorts     = ended(record.CallFailed, record.ReasonInternalError, 503, "No Media Ports", 5, record.HungUpBySystem)
	endInternal  = ended(record.CallFailed, record.ReasonInternalError, 500, "Server Internal Error", 0, record.HungUpBySystem)
	endCancelled = ended(record.CallCancelled, record.ReasonCallerCancelled, 487, "Request Terminated", 0, record.HungUpByCaller)
	endPickedUp  = ended(record.CallForwarded, record.ReasonCompletedElsewhere, 487, "Request Terminated", 0, record.HungUpBySystem)
	endMoved     = ended(record.CallAnswered, record.ReasonTransferred, 200, "", 0, record.HungUpBySystem)
	endTrunkFull = ended(record.CallRejected, record.ReasonTrunkLimit, 503, "All Channels Busy", 10, record.HungUpBySystem)
	endEmergency = ended(record.CallFailed, record.ReasonTrunkFailed, 503, "No trunk could take the emergency call", 0, record.HungUpBySystem)
	endAdmin     = ended(record.CallCancelled, record.ReasonAdminHangup, 480, "Temporarily Unavailable", 0, record.HungUpBySystem)
	endShutdown  = ended(record.CallCancelled, record.ReasonShuttingDown, 503, "Service Unavailable", 10, record.HungUpBySystem)
	endBadAnswer = ended(record.CallAnswered, record.ReasonIncompatibleMedia, 200, "", 0, record.HungUpBySystem)
	endEmptySlot = refusal(404, "Nobody Is Parked There", record.ReasonNotFound)
	endFeature   = ended(record.CallAnswered, record.ReasonNormal, 200, "", 0, record.HungUpBySystem)
)

// emergencyLost is the outcome of a call for help that no trunk has taken; the best of
// their answers is statusNoTrunk when there was none to ask.
func emergencyLost(best int) outcome {
	o := endEmergency
	if best == statusNoTrunk {
		o.reason, o.text = record.ReasonNoTrunk, "No trunk for the emergency call"
	}
	return o
}

// results are the results of calls nobody answered, by their reason.
var results = map[string]string{
	record.ReasonUserBusy: record.CallBusy, record.ReasonDoNotDisturb: record.CallDeclined, record.ReasonDeclined: record.CallDeclined,
	record.ReasonNoAnswer: record.CallNoAnswer,
}

// refused is the outcome of routing's refusal. result is empty for the one its reason
// stands for.
func refused(r route.Refusal, result string) outcome {
	o := outcome{result: result, reason: r.Reason, status: r.Status, text: r.Phrase, by: record.HungUpBySystem, cause: r.Cause}
	if known := results[r.Reason]; known != "" {
		o.result = known
	}
	if o.result == "" {
		o.result = record.CallFailed
	}
	return o
}

// fromOutside is the outcome of a call the outside refused with a final status, 0 for
// silence.
func fromOutside(status int) outcome {
	o := outcome{result: record.CallFailed, reason: record.ReasonTrunkFailed, status: upstream(status), by: record.HungUpByCallee}
	switch {
	case status == 486 || status == 600:
		o.result, o.reason, o.text = record.CallBusy, record.ReasonUserBusy, "Busy Here"
	case status == 603 || status == 607 || status == 608:
		o.result, o.reason, o.text = record.CallDeclined, record.ReasonDeclined, "Decline"
	case status == 480 || status == 487 || status == 408:
		o.result, o.reason, o.text = record.CallNoAnswer, record.ReasonNoAnswer, "Temporarily Unavailable"
	case status == 404 || status == 410 || status == 484 || status == 604:
		o.reason, o.text = record.ReasonNotFound, "Not Found"
	case status == 488 || status == 606 || status == 415:
		o.reason, o.text = record.ReasonIncompatibleMedia, "Not Acceptable Here"
	case status == statusNoTrunk:
		o = ended(record.CallFailed, record.ReasonNoTrunk, 503, "No Trunk", 0, record.HungUpBySystem)
	case status == statusFull:
		o = ended(record.CallFailed, record.ReasonTrunkLimit, 503, "All Trunks Busy", 10, record.HungUpBySystem)
	case status == 0 || status == 503:
		o.status, o.text = 500, "Trunk Unavailable"
	}
	return o
}

// Statuses of our own for branches that never left.
const (
	statusNoTrunk = -1 // no trunk had an address
	statusFull    = -2 // every trunk was at its limit
)

// mediaRefusal is the outcome of a description that cannot be used.
func mediaRefusal(err error) outcome {
	switch {
	case errors.Is(err, media.ErrDescription):
		o := endMalformed
		o.text = "Bad Session Description"
		return o
	case errors.Is(err, media.ErrPorts), errors.Is(err, media.ErrClosed):
		return endPorts
	}
	return endMedia
}

// class orders failures of branches as RFC 3261 section 16.7 step 6 does; the lowest is
// passed on.
func class(status int) int {
	switch {
	case status >= 600:
		return 0
	case status == 401, status == 407, status == 415, status == 420, status == 484:
		return 2
	case status >= 400 && status < 500:
		return 1
	case status >= 500:
		return 3
	case status >= 300:
		return 4
	}
	return 5 // never left
}

// better says whether the caller should hear a rather than b, of two branches' final
// statuses: a 6xx, else of the 4xx what says most about whom was called.
func better(a, b int) bool {
	if class(a) != class(b) {
		return class(a) < class(b)
	}
	return route.OutcomeOf(a, true) > route.OutcomeOf(b, true)
}

// upstream is the status the caller is given for one of a branch: nobody beyond us may
// take our peer's overload for ours, nor answer his challenge.
func upstream(status int) int {
	switch {
	case status == 503:
		return 500
	case status == 401 || status == 407:
		return 403
	case status == 408 || status == 487 || status < 400:
		return 480
	}
	return status
}

// causeOf is what the legs of an ended call are told.
func causeOf(o outcome) dialog.Cause {
	switch o.reason {
	case record.ReasonNormal:
		return dialog.Cause{Q850: 16, Text: "Normal call clearing"}
	case record.ReasonCallerCancelled:
		return dialog.Cause{Status: 487, Text: "Caller cancelled"}
	case record.ReasonCompletedElsewhere:
		return dialog.Elsewhere()
	case record.ReasonIncompatibleMedia:
		return dialog.Cause{Status: 488, Q850: 88, Text: "Incompatible media"}
	case record.ReasonNoMedia:
		return dialog.Cause{Q850: 31, Text: "No media"}
	case record.ReasonSessionExpired:
		return dialog.Cause{Status: 408, Q850: 31, Text: "Session expired"}
	case record.ReasonAdminHangup:
		return dialog.Cause{Q850: 16, Text: "Hung up by the administrator"}
	case record.ReasonShuttingDown:
		return dialog.Cause{Status: 503, Q850: 41, Text: "Shutting down"}
	case record.ReasonTransferred:
		return dialog.Cause{Q850: 16, Text: "Transferred"}
	case record.ReasonInternalError:
		return dialog.Cause{Status: 500, Q850: 41, Text: "Internal error"}
	case record.ReasonUserBusy:
		return dialog.Cause{Status: 486, Q850: 17, Text: "User busy"}
	case record.ReasonNoAnswer:
		return dialog.Cause{Status: 480, Q850: 19, Text: "No answer"}
	}
	return dialog.Cause{}
}
