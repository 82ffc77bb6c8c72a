// Package queue decides which agents are rung for the callers of call queues.
//
// An [Engine] has every queue of every account. It is a table and its clock: calls wait
// in package call, which tells the engine who joins, what became of ringing an agent and
// when an agent is through with a caller, and is told by orders whom to ring and when a
// caller is to leave for the queue's overflow. No caller has a goroutine here, and nothing
// here waits. Callers are in memory only, as calls are; what agents have switched on and
// off comes from the store.
//
// # Who goes first
//
// Of an account's callers the one who has waited longest chooses first, through all
// queues: an agent of several queues gets him, whichever queue he is in. A higher priority
// goes before waiting. Whoever has chosen nobody, because none of his queue's agents is
// free, leaves the free ones to the next. An agent is rung for one caller at a time.
//
// # Who is rung
//
// Free is an agent who is available, who has no call, is not being rung, is past the
// wrap-up of his last call from a queue and has not missed one within [Rest]. Among those
// a strategy chooses. Penalties make tiers: as long as somebody of a lower penalty can be
// chosen, nobody of a higher one is; only wrandom knows no tiers. The strategies are those
// of Asterisk's app_queue, whose names they have:
//
//   - ringall: everybody of the tier at once.
//   - linear: the first of the tier in the order of the queue's members.
//   - rrmemory: the first of the tier behind the one who was rung last in this queue, for
//     whomever, going round.
//   - leastrecent: whose last call from this queue has ended the longest ago; who had none
//     goes first.
//   - fewestcalls: who took the fewest calls from this queue.
//   - random: any.
//   - wrandom: any, each drawing a number below 1000 × (1 + penalty); the lowest is rung.
//
// Equals go in the order of the members. An agent who was rung for a caller and did not
// take him is rung for him again only when every other agent he could have has been, so
// that no strategy sticks to one who does not answer; then the next tier's turn comes too.
package queue
