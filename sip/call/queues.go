package call

import (
	"time"

	"dialtone/store/record"
)

// Queues are the queues of all accounts: a [dialtone/sip/queue.Engine]. It decides who is
// rung for whom; the calls themselves, with their music and their phones, are here.
// Nothing in it waits.
type Queues interface {
	// Join lets somebody wait in a queue. What is to be done for him is told to orders,
	// which must not wait, until the ticket ends. A reason of record.CallReasons says
	// why he may not: record.ReasonQueueFull or record.ReasonQueueEmpty.
	Join(q *record.CallQueue, w QueueCaller, orders func(QueueOrder)) (t QueueTicket, refused string)
	// Position is the place in the queue, 1 for who is next; 0 for a ticket that has ended.
	Position(t QueueTicket) int
	// Missed tells that an agent of a ring order did not take the call. Behind the last
	// one of an order others are looked for.
	Missed(t QueueTicket, attempt int, agent record.ID, why QueueMiss)
	// Answered tells which agent took it: the others of the order are free, this one is
	// with the caller until Through. It returns what was decided for the caller.
	Answered(t QueueTicket, attempt int, agent record.ID) []record.QueueStep
	// Through ends the ticket of a call that was answered: the agent's wrap-up begins.
	Through(t QueueTicket)
	// Leave ends the ticket of somebody who waits no longer, or was taken and not reached
	// when he was called back. It returns what was decided for him.
	Leave(t QueueTicket, why QueueLeave) []record.QueueStep
	// KeepPlace lets a caller hang up and keep the place: further orders go to another.
	// It returns what was decided for him so far; ok is false for a ticket that has ended,
	// whose caller was told something else.
	KeepPlace(t QueueTicket, orders func(QueueOrder)) (steps []record.QueueStep, ok bool)
	// Changed tells that somebody may have become free: agents are looked for anew.
	Changed(account, user record.ID)
}

// QueueTicket is a place in a queue; 0 is none.
type QueueTicket uint64

// QueueCaller is who waits.
type QueueCaller struct {
	Call string // of the call that waits
	// Number and Name are those of who waits; empty when withheld.
	Number, Name string
	// JoinedAt is since when; a caller who comes from another queue may keep his time.
	JoinedAt time.Time
	// Priority puts those with more of it before others; 0 is usual. Who has any is let in
	// though the queue is full or empty.
	Priority int
}

// QueueOrder is what is to be done for who waits: exactly one of the two.
type QueueOrder struct {
	// Ring is who is to be rung at once, in order, for at most Timeout; what becomes of
	// each is to be told to Missed or Answered with the attempt's number.
	Ring    []record.ID
	Attempt int
	Timeout time.Duration
	// Overflow is the reason, one of record.CallReasons, to send who waits to the
	// queue's overflow, Steps what was decided for him. The ticket has ended.
	Overflow string
	Steps    []record.QueueStep
	// Settings is the queue as it is now, or was when it was deleted.
	Settings *record.CallQueue
}

// QueueMiss is why an agent who was rung did not take a call: also how the decision log
// names it.
type QueueMiss string

// The misses.
const (
	MissNoAnswer    QueueMiss = "no_answer"
	MissBusy        QueueMiss = "busy"
	MissDeclined    QueueMiss = "declined"
	MissUnreachable QueueMiss = "unreachable"
)

// QueueLeave is why somebody waits no longer.
type QueueLeave string

// The reasons to leave.
const (
	LeaveAbandoned   QueueLeave = "abandoned"   // he hung up
	LeaveEnded       QueueLeave = "ended"       // the call was ended, or went elsewhere
	LeaveNotReached  QueueLeave = "not_reached" // he was called back and did not answer
	LeaveTransferred QueueLeave = "transferred" // another call has him
)

// Obstacle is why an agent cannot be rung at the moment, as the decision log names it;
// empty for no reason.
type Obstacle string

// The obstacles a queue has to ask for.
const (
	ObstacleInUse       Obstacle = "in_use"         // a phone of the agent's has a call
	ObstacleDisturb     Obstacle = "do_not_disturb" // the agent does not want to be disturbed
	ObstacleUnreachable Obstacle = "unreachable"    // no phone of the agent's is registered
)
