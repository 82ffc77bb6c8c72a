// Package trunk puts provider accounts to work: where calls to a carrier go, whether a message comes from one, whether
// the carrier is alive, registered with, and has room for a call.
//
// # Where calls go
//
// A trunk's hosts are looked up by RFC 3263: one without a port by NAPTR, SRV, then A and AAAA; one with a port by A
// and AAAA alone; an address is taken as it is. Results are kept for their time to live and looked up again in the
// background, so that a call waits for no name server; when none answers the last result stays. [Trunks.Destinations]
// lists the addresses in the order to try: the hosts' order, within a host by SRV priority and, drawn anew each time,
// weight. Addresses that do not answer come last, never not at all.
//
// # What is alive
//
// OPTIONS goes to each address; two failures in a row and it counts as down until the next success. Calls report what
// they meet by [Trunks.Failed] and [Trunks.Worked]; a failure puts the address behind the others for half a minute,
// twice as long each time in a row, ten minutes at most.
package trunk
