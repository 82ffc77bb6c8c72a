// Package transaction has the SIP transactions of RFC 3261 17: what is sent again, what
// that comes again is absorbed, and when an answer is no longer to be hoped for. A 2xx to
// INVITE ends its transaction (RFC 6026 is the dialog's).
//
// It knows neither sockets nor dialogs. Messages come in by [Layer.Receive] on a goroutine
// of the caller's, in their order, and go out as bytes over a [Line]. The SIP library's own
// transactions start a goroutine for each message, which loses their order, write a message
// anew for each who looks at it and keep 7 KB of each for 32 s: half the time of a call.
package transaction
