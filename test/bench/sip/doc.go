// Package sip measures Dialtone's registrar, calls and media. The registrar stands beside Kamailio 5.6, with its bindings
// in memory and written through to sqlite, and beside the floor, a program that
// only reads and writes datagrams of the same lengths.
//
// It measures calls beside Kamailio as a stateful proxy, which relays signalling only,
// and relayed RTP beside rtpengine in userspace and a bare loop of receive and send.
//
// All servers run on this machine at the same time; load comes to one after the
// other, round by round, at the same constant rate. What is compared is the CPU
// time of a server's processes for one challenged registration, one call or one
// packet, and the memory for one binding or call. A peer's CPU time for a message falls with the load, so figures at
// different rates must not be compared.
//
// Last it measures how soon mails about calls to 911 are taken by a relay, from the moment
// the trunk has the INVITE, while phones boot, others call each other, and thousands of other
// mails wait for the same relay.
//
// The floor answers each datagram when it comes. The daemon lets them gather for a few
// milliseconds under load, so it need not be above it.
package sip
