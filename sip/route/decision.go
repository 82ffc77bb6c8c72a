package route

import (
	"dialtone/e911/number"
	"dialtone/store/record"
)

// Kind is what is to be done with a call.
type Kind uint8

// The kinds.
const (
	Refuse    Kind = iota // answer Refusal
	Emergency             // Decision.Emergency: send it at once
	Feature               // Decision.Feature: something other than a call between two
	Ring                  // Decision.Plan: phones of the account, and what rings with them
	Trunk                 // Decision.Plan: one target outside
	Park                  // Decision.Feature has the slot
	Queue                 // Decision.Queue: wait for one of its agents
	Fax                   // Decision.Fax: receive a fax
)

// String is the kind in lower case, for logs.
func (k Kind) String() string {
	return [...]string{"refuse", "emergency", "feature", "ring", "trunk", "park", "queue", "fax"}[k]
}

// Decision is what is to be done with a call.
type Decision struct {
	Kind Kind
	// Account is whose call it is: the phone's, or that of the number called. Empty for a trunk's call to no number.
	Account record.ID
	// Direction is record.CallInternal, CallInbound, CallOutbound or CallEmergency.
	Direction string
	// From is who calls, Shown who the other side is told of: the same but for transfers.
	From, Shown Identity
	// Dialled is what was dialled, without parameters and separators.
	Dialled string
	// To is who was called: an extension, a number in E.164, a short number or a feature code.
	To string
	// Number and Extension are what of the account's was called, as far as it was.
	Number, Extension record.ID
	// Diversions is how the call came here since it reached us, oldest first.
	Diversions []Diversion
	// Visited is whom the call was led to already; Follow goes to none of them twice.
	Visited []record.ID
	// Diverted is how often the call was diverted, before it came included.
	Diverted int

	// Window is set when the call comes to the callback number of a call for help: nothing may refuse it.
	Window *Window

	// Emergency is set with kind Emergency.
	Emergency *EmergencyCall
	// Feature is set with kinds Feature and Park.
	Feature *FeatureCall
	// Queue is set with kind Queue.
	Queue record.ID
	// Fax is set with kind Fax: the number whose fax it is.
	Fax record.ID
	// Plan is set with kinds Ring and Trunk.
	Plan *Plan
	// Refusal is set with kind Refuse.
	Refusal Refusal
}

// EmergencyCall is a call for help, or a test of one. Nothing may refuse it.
type EmergencyCall struct {
	// Class is number.Emergency or number.Test.
	Class number.Class
	// Number is what to send: 911 for 9911. Decision.Dialled is what was dialled.
	Number string
	// Region is the country whose rules made it one, ISO 3166 alpha-2.
	Region string
	// Callback is the number the emergency centre calls back, E.164; empty when the account has none.
	Callback string
	// Ways are all trunks of the account: those that take emergency calls first, switched-off ones last.
	Ways []Way
}

// FeatureCall is something a feature code asks for.
type FeatureCall struct {
	// Name is a key of Account.FeatureCodes, such as FeatureDNDOn.
	Name string
	// Argument is what was dialled behind the code: a slot, an extension; of a forward the destination, an extension
	// or E.164. A forward without one is switched on again with the destination it had.
	Argument string
	// User is whose setting it is about: the caller's.
	User record.ID
	// First and Last are the slots of a park code, the same for one; Argument is empty where any of them will do.
	First, Last int
	// Queue is the queue a code of an agent's is about; empty for all of his.
	Queue record.ID
	// Pickup is who may be ringing for the extension of a pickup; for group calls every phone of the group, and of a queue
	// every agent's.
	Pickup []Target
}

// The features: keys of Account.FeatureCodes.
const (
	FeatureForwardAlwaysOn    = "forward_always_on"
	FeatureForwardAlwaysOff   = "forward_always_off"
	FeatureForwardBusyOn      = "forward_busy_on"
	FeatureForwardBusyOff     = "forward_busy_off"
	FeatureForwardNoAnswerOn  = "forward_no_answer_on"
	FeatureForwardNoAnswerOff = "forward_no_answer_off"
	FeatureDNDOn              = "dnd_on"
	FeatureDNDOff             = "dnd_off"
	FeatureCallReturn         = "call_return"
	FeaturePickup             = "pickup"
	FeaturePark               = "park"
	FeatureTransferBlind      = "transfer_blind"    // keyed in during a call; never dialled
	FeatureTransferAttended   = "transfer_attended" // likewise
	FeatureRecordToggle       = "record_toggle"     // likewise
	FeatureVoicemail          = "voicemail"         // never in a FeatureCall: it dials the account's voicemail_number
)
