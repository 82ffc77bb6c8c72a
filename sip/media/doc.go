// Package media is the audio of calls: one Stream per leg has a pair of UDP ports,
// negotiates with its peer (RFC 3264) and is joined to another stream, played to, or
// both in turn.
//
// Who does what. The control side (offer, answer, join, play) runs in the caller's
// goroutines and publishes what it decided as immutable values behind atomic pointers.
// A few long-lived loops, one per processor, wait in epoll for the sockets of their
// streams and do everything that touches a packet: one receive, the header patched in
// place, one send. A stream belongs to one loop at a time, and streams that are joined
// to the same one, so packets need neither lock nor map nor memory of their own.
// A stream changes its loop only between two packets, by a closure run in the old one.
//
// What leaves a stream has its own SSRC and continuous sequence numbers and timestamps,
// wherever it came from; RTCP is terminated on each leg.
package media
