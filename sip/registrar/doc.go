// Package registrar keeps bindings: which contacts an address of record (AOR)
// can be reached at, until when, and over which flow. It is the registrar of
// RFC 3261 section 10.3 without its transport: the caller has parsed and
// authenticated the request and writes the answer.
//
// # State
//
// Bindings live in a table of shards, each under a mutex. Memory leads and the
// [Log] follows: an update changes the table at once and is queued, while its
// shard is still locked, for the next group commit, as the AOR's whole record.
// One goroutine takes everything that waits, commits it as one batch and then
// releases the callers in order. So
//
//   - a caller who has an answer has his binding on disk;
//   - the disk is at every moment a state the table went through;
//   - when a commit fails its callers get an [Error] with status 503, the table
//     keeps the change, and the AORs are written again before anything else is
//     committed.
//
// # Which binding a contact replaces
//
// The first of these that finds one (match.go): the same +sip.instance and
// reg-id; the same contact URI; and, for a request with a single contact, the
// same Call-ID, then the same source and transport. A contact and a binding
// that both carry an instance are compared by it alone (RFC 5626).
//
// A contact with expiry 0 removes only the binding it names, by its flow or its URI: a
// phone that has moved may take its old contact back after it has registered the new.
//
// # Expiry
//
// A binding is gone for every reader the second it expires. A sweep removes what
// has expired from memory and disk and says so in an [Event].
package registrar
