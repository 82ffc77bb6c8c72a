// Package dialog is SIP dialogs of our own over the library's transactions: what a
// back-to-back user agent needs of RFC 3261 (12–15), 3262 (PRACK), 3311 (UPDATE),
// 3326 (Reason), 3515 and 4488 (REFER), 3891 (Replaces), 4028 (session timers) and
// 6026 (2xx to INVITE).
//
// An [Endpoint] takes every request the edge lets through ([Endpoint.Handle]) and
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
// # What the library must not be left alone with
//
// The transactions of sipgo v1.7.2 are used with these guards:
//   - Requests come from its TransactionLayer.OnRequest, not from sipgo.Server, which
//     ends an INVITE's transaction as soon as its handler returns.
//   - After a 2xx the server transaction is ended: repeated INVITEs, ACKs (also with
//     the INVITE's branch, which the library would park a goroutine for) and the
//     repeating of the 2xx are ours.
//   - A response given to a transaction that a CANCEL has ended is refused, but
//     kept for retransmission instead of the 487: the 487 is given again.
//   - Its own 100 is switched off by [ConfigureLibrary], for it reads the request when
//     it likes; ours goes out at once.
//   - The To-tag is put into the request before its first response, so that the 100,
//     the 487 and everything else the library builds carry it.
//   - Requests arrive in goroutines of their own: a request that is ahead of its
//     CSeq waits a moment for those before it.
//   - Client transactions of other methods end with their final response: the
//     library would keep them for 32 s.
//   - Via has host and port, Laddr names the socket, Carrier.Ready has seen the
//     connection: the library opens no socket of its own.
package dialog
