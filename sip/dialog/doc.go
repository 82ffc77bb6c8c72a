// Package dialog is SIP dialogs over transactions: what a
// back-to-back user agent needs of RFC 3261 (12–15), 3262 (PRACK), 3311 (UPDATE),
// 3326 (Reason), 3515 and 4488 (REFER), 3891 (Replaces), 4028 (session timers) and
// 6026 (2xx to INVITE).
//
// An [Endpoint] takes every request the edge lets through ([Endpoint.Receive]) and
// makes requests of its own. A [Leg] is one INVITE usage with one peer, from its
// first INVITE to its end. What happens to a leg is told to its sink, in order and
// never concurrently; the last event of every leg is [Ended], once, also after
// [Failed] and [Cancelled].
//
// # How a leg works
//
// Each input (a request, a response, a timer, a method called) locks the leg,
// changes its state and queues what is to be done outside the lock: messages to
// send, events to deliver. The queue is worked off in order by one goroutine at a
// time, started when there is something to do; an idle leg has no goroutine. So
// methods never wait for the network, and a sink may call the leg's methods.
//
// # What its transactions do and do not
//
// The transactions are those of package transaction. After a 2xx the INVITE's has ended:
// repeated INVITEs, ACKs and the repeating of the 2xx are the leg's. The To-tag is put
// into the request before its first response that has one, so that the 487 to a CANCEL
// carries it. Messages of one Call-ID come in their order; a request that is ahead of
// its CSeq all the same, for the network had its way, waits a moment for those before it.
package dialog
