// Package admission decides which sources have forfeited an answer: those that guess
// passwords or user names are banned for a while, longer each time.
//
// A ban is not a wall. Behind one address there may be an office with one
// misconfigured phone, so a banned source can still register with the right
// password: it gets challenges and has its answers checked, both at a bounded rate,
// and it hears nothing when they are wrong. Everything else of it is dropped.
// Emergency calls are none of this package's business: who asks it has made sure
// before that the message is not one.
//
// Failures are counted three times: against the source (Table), and for the user and
// the domain they were for (Targets), so that what many sources guess together counts
// more against each. Who asks after names without ever answering is noticed over
// connections only (Probes says why).
//
// The table is bounded: a flood from forged addresses makes it forget the sources
// that failed longest ago, never grow.
package admission
