// Package call runs calls. A [Call] is an actor: its goroutine alone touches its legs,
// streams and record; dialogs, streams, timers, look-ups and other calls post to its
// mailbox and never wait. The mailbox is bounded; whoever overflows it loses his call.
//
// What an INVITE goes through stands in invite.go, top to bottom: identify, route,
// authorise, offer, ring; then bridge, and at last end, which writes one record with a
// (result, reason) from a closed list. Routing comes before any permission is asked,
// because what it finds may be an emergency call, which none may stop.
//
// Who owns what. The [Manager] has the list of calls, the limits, the lamps and who called
// whom last; it is all behind mutexes and touched for moments only. A leg is owned by one
// call; a transfer or a pickup hands it, with the events on their way to it, to another
// (Manager.give). A leg owns its dialog, its stream and its trunk's channel, which
// Call.remove gives back, once. A ring is who rings for one who waits; it knows nothing of
// what happens then, so a new call, a transfer and a call back use the same one.
//
// Whoever waits in a queue has been answered, so that he hears music; what the record
// calls answered is an agent's answer. Whom to ring for him the queue's engine says.
//
// One dialog faces the caller however many phones ring: what they answer changes who is
// joined to his stream, not what he was told.
package call
