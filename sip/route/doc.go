// Package route decides where a call goes. It is pure: who calls, what was dialled, the records and the time go in,
// a [Decision] comes out, and nothing is asked of the network or of live calls.
//
// [Decide] is the first word about a call. A [Decision] to ring or to use a trunk carries a [Plan]: stages of targets
// that ring at the same time, one stage after the other. When a plan has ended without an answer, [Follow] says where
// the call goes on: to a forwarding destination, an overflow, or nowhere with the status the caller is told.
// [Redirect] is the same for a phone that answers 302.
//
// # What rings
//
// An extension or a number of the account leads to a target. A user's lines ring together, with what the user rings
// besides; forwarding and do-not-disturb are looked at in this order: forward always, do not disturb, then by outcome
// busy, no answer, unreachable. A member of a ring group rings on the phones alone: do not disturb is heeded, the
// member's own forwarding is not, because the group's overflow decides. A line that calls never rings itself.
//
// # Emergency
//
// e911/number is asked before anything else, and its answer passes every check here. No forwarding leads to an
// emergency number.
package route
