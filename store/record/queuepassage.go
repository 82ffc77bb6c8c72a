package record

import "time"

// QueuePassage is how a call went through a queue.
type QueuePassage struct {
	Queue       ID          `json:"queue" doc:"The queue."`
	Name        string      `json:"name" doc:"Its name at the time."`
	JoinedAt    time.Time   `json:"joined_at" doc:"When the caller joined it."`
	WaitSeconds int         `json:"wait_seconds" doc:"Seconds the caller waited there."`
	Agent       ID          `json:"agent" doc:"The user who took the call; empty for none."`
	Result      string      `json:"result" doc:"answered, abandoned, overflowed, refused, callback or ended."`
	Reason      string      `json:"reason" doc:"Why, where it was overflowed or refused: queue_full, queue_empty or queue_timeout."`
	Steps       []QueueStep `json:"steps" doc:"Why each agent was rung or not, in order."`
}

// Results of a passage through a queue.
const (
	QueueAnswered   = "answered"
	QueueAbandoned  = "abandoned"  // the caller hung up
	QueueOverflowed = "overflowed" // sent on after waiting
	QueueRefused    = "refused"    // never let in
	QueueCallback   = "callback"   // the caller hung up and kept the place
	QueueEnded      = "ended"      // ended or led elsewhere by somebody else
)

// MaxQueueSteps bounds the steps kept of one call.
const MaxQueueSteps = 200

// QueueStep is one decision of a queue about one agent for one caller.
type QueueStep struct {
	At    time.Time `json:"at" doc:"When."`
	Agent ID        `json:"agent" doc:"The user it is about."`
	// Step is what was decided, or became of it.
	Step string `json:"step" doc:"rang, then answered, no_answer, busy, declined, unreachable or cancelled; or why not: logged_out, paused, in_use, do_not_disturb, unreachable, ringing, with_caller, wrap_up, resting, penalty, tried or order."`
}

// Steps of a queue.
const (
	StepRang        = "rang"
	StepAnswered    = "answered"
	StepNoAnswer    = "no_answer"
	StepBusy        = "busy"
	StepDeclined    = "declined"
	StepUnreachable = "unreachable"
	StepCancelled   = "cancelled" // somebody else took the call, or the caller is gone

	StepLoggedOut  = "logged_out"
	StepPaused     = "paused"
	StepInUse      = "in_use" // a phone of the agent's has a call
	StepDisturb    = "do_not_disturb"
	StepRinging    = "ringing"     // is being rung for another caller
	StepWithCaller = "with_caller" // of a queue
	StepWrapUp     = "wrap_up"
	StepResting    = "resting" // missed a call a moment ago
	StepPenalty    = "penalty" // agents with less penalty go first
	StepTried      = "tried"   // was rung for this caller, others go first
	StepOrder      = "order"   // the strategy rings another first
)
