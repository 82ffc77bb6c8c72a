// Package udptl packs IFP packets into UDP datagrams and back (T.38 clause 9 and
// Annex on UDPTL). A datagram has a sequence number, a packet of its own and
// either copies of the packets before it (redundancy) or parity over them
// (forward error correction), by which the receiver makes up for lost datagrams.
// It knows nothing of what the packets say, and of sockets and time nothing either.
//
// The bytes:
//
//	sequence number (2, big endian)
//	length + primary IFP packet
//	0x00, count, count × (length + packet)            newest first: seq-1, seq-2 …
//	0x80, span (length + integer), count, count × (length + parity)
//
// A length is one octet below 128, two below 16,384; longer ones, which are
// fragmented, are refused.
package udptl
