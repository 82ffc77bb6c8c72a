// Package load makes registration load: many phones behind few sockets, more
// per core than the servers under test can take, so that a figure tells about
// the server and not about the generator.
//
// A [Fleet] is a number of phones, each with its user, its place on one of the
// fleet's sockets, its Call-ID, CSeq and nonce. A fleet registers at a constant
// rate (open loop: a slow server does not slow the offer down), boots at once
// like phones after a power cut, or churns. [Flood] sends what no phone would.
// [ServeEcho] is the floor: a server that does nothing but read and write.
//
// A phone is a client transaction of RFC 3261 section 17.1.2 over UDP: it sends
// again after T1, doubling up to T2, and gives up after 64 T1.
//
// Everything stays on this machine: a target off the loopback is refused.
//
// The package needs Linux (recvmmsg, sendmmsg, epoll).
package load
