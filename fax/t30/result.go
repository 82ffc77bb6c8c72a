package t30

// Outcome says how a fax ended; a closed list.
type Outcome uint8

// The outcomes.
const (
	// OK: every page was sent, or received, and confirmed.
	OK Outcome = iota
	NoAnswer
	NotReceiver
	CannotTrain
	NoReply
	NoConfirmation
	Rejected
	Uncorrectable
	NotReady
	Refused
	Interrupted
	NoCommand
	PollRefused
	Incompatible
	StoreFailed
	SourceFailed
	TooLarge
	TooLong
	Canceled
	CallDropped
)

var outcomes = [...]struct{ code, text string }{
	OK:             {"ok", "the fax was transferred"},
	NoAnswer:       {"no_answer", "no fax machine answered"},
	NotReceiver:    {"not_receiver", "the far end cannot receive a fax"},
	CannotTrain:    {"cannot_train", "no speed worked on this line"},
	NoReply:        {"no_reply", "the far end did not reply to the speed check"},
	NoConfirmation: {"no_confirmation", "the far end did not confirm a page"},
	Rejected:       {"rejected", "the far end rejected a page as unreadable, repeatedly"},
	Uncorrectable:  {"uncorrectable", "errors in a page could not be corrected"},
	NotReady:       {"not_ready", "the far end stayed busy storing a page"},
	Refused:        {"refused", "the far end hung up before a page was sent"},
	Interrupted:    {"interrupted", "the far end hung up before the end"},
	NoCommand:      {"no_command", "the far end fell silent"},
	PollRefused:    {"poll_refused", "the far end wanted a document, which is not offered"},
	Incompatible:   {"incompatible", "the far end does not speak the same procedure"},
	StoreFailed:    {"store_failed", "a received page could not be stored"},
	SourceFailed:   {"source_failed", "a page to be sent could not be prepared"},
	TooLarge:       {"too_large", "the fax was larger than is taken"},
	TooLong:        {"too_long", "the fax took longer than is allowed"},
	Canceled:       {"canceled", "the fax was canceled"},
	CallDropped:    {"call_dropped", "the call ended before the fax did"},
}

// Code is the outcome's name in records and in the API.
func (o Outcome) Code() string { return outcomes[o].code }

// String says the outcome in plain words.
func (o Outcome) String() string { return outcomes[o].text }

// Result is how a fax went.
type Result struct {
	Outcome Outcome
	// Pages is how many were confirmed.
	Pages int
	// Ident is the far end's name for itself, a number as a rule.
	Ident string
	// SubAddress and Sender are what a caller said besides (SUB, SID).
	SubAddress, Sender string
	// Last is how the last page was coded and sent.
	Last Code
	// Resent is how many frames of pages were sent, or asked for, again; Rejects how
	// many pages were rejected; Trainings how many speed checks failed.
	Resent, Rejects, Trainings int
	// Err is what a Source or a Sink failed with.
	Err error
}
