// Package e911 lets the right people know of emergency calls, and never holds one up.
//
// A call for help goes through five steps here, and what comes before the INVITE touches
// memory only:
//
//  1. the plan: who calls, from where, what is missing ([NewPlan]; where the call goes is
//     decided by package sip/route, once);
//  2. a slot of a memory-mapped file takes the plan, without a system call;
//  3. what the INVITE to each trunk carries about the place ([Service.Convey]);
//  4. the INVITE leaves;
//  5. one urgent transaction writes the record, a mail or text for each recipient and an event for
//     each webhook, and the slot is free again.
//
// What happens next (answered, not connected, ended, called back) is a transaction and a mail
// each. A transaction that fails is tried again until it succeeds. After a restart slots
// without a record are mailed, marked RECOVERED, and calls that were going on are closed.
// That survives a killed process; a power cut in the milliseconds before the commit it does
// not. Calls beyond the number of slots do without one: their transaction begins at once.
//
// The package knows no SIP: whoever places the calls tells it what happens.
package e911
