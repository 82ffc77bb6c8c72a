// Package park has the slots calls are parked in.
//
// A [Lot] is a table and nothing else: the calls themselves, with their music and their
// times, are in package call, which takes and frees slots. Of two who want one slot the
// first gets it. The table is in memory only: calls do not outlive the process, and so
// no slot is taken after a crash.
package park
