package route

import "dialtone/store/record"

// Refusal is what a caller is told who reaches nobody.
type Refusal struct {
	// Status and Phrase are the SIP answer's.
	Status int
	Phrase string
	// Cause is the Q.850 cause for the Reason header (RFC 3326, RFC 6432).
	Cause int
	// Reason is one of record.CallReasons.
	Reason string
	// Text is a sentence for the administrator.
	Text string
}

// refused numbers the refusals. A new one needs a row in refusals and in the test that shows none stops 911.
type refused uint8

const (
	refusedNotFound refused = iota
	refusedIncomplete
	refusedNoTarget
	refusedNoLine
	refusedNoUser
	refusedStranger
	refusedEmergency
	refusedSelf
	refusedDoNotDisturb
	refusedNoPhone
	refusedLoop
	refusedTooFar
	refusedNoTrunk
	refusedNotAvailable
	refusedBusy
	refusedNoAnswer
	refusedUnreachable
	refusedDeclined
	refusedEnd
)

// refusals are the answers. Causes: Q.850; statuses: RFC 3261, as RFC 3398 maps them.
var refusals = [refusedEnd]Refusal{
	refusedNotFound:     {404, "Not Found", 1, record.ReasonNotFound, "nobody has the number that was dialled"},
	refusedIncomplete:   {484, "Address Incomplete", 28, record.ReasonNotFound, "the number that was dialled lacks digits"},
	refusedNoTarget:     {404, "Not Found", 1, record.ReasonNotFound, "the number leads nowhere"},
	refusedNoLine:       {403, "Forbidden", 21, record.ReasonNoPermission, "the credential is on no device's line and may call extensions and emergency numbers only"},
	refusedNoUser:       {403, "Forbidden", 21, record.ReasonNoPermission, "the feature code needs a line that names a user"},
	refusedStranger:     {403, "Forbidden", 21, record.ReasonForbidden, "the caller belongs to no account"},
	refusedEmergency:    {403, "Forbidden", 21, record.ReasonForbidden, "calls are never forwarded to an emergency number"},
	refusedSelf:         {486, "Busy Here", 17, record.ReasonUserBusy, "the line called itself"},
	refusedDoNotDisturb: {480, "Temporarily Unavailable", 31, record.ReasonDoNotDisturb, "do not disturb is on"},
	refusedNoPhone:      {480, "Temporarily Unavailable", 20, record.ReasonNotRegistered, "no line rings for the target"},
	refusedLoop:         {482, "Loop Detected", 25, record.ReasonLoop, "the forwards lead back to where the call has been"},
	refusedTooFar:       {480, "Temporarily Unavailable", 25, record.ReasonLoop, "the call was forwarded too often"},
	refusedNoTrunk:      {480, "Temporarily Unavailable", 3, record.ReasonNoTrunk, "the account has no trunk that is switched on"},
	refusedNotAvailable: {480, "Temporarily Unavailable", 79, record.ReasonUnreachable, "the target's feature is not available yet"},
	refusedBusy:         {486, "Busy Here", 17, record.ReasonUserBusy, "every line is busy"},
	refusedNoAnswer:     {480, "Temporarily Unavailable", 19, record.ReasonNoAnswer, "nobody answered"},
	refusedUnreachable:  {480, "Temporarily Unavailable", 20, record.ReasonNotRegistered, "no phone could be reached"},
	refusedDeclined:     {603, "Decline", 21, record.ReasonDeclined, "the call was declined"},
}
