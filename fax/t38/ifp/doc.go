// Package ifp writes and reads the packets T.38 has in its datagrams: indicators
// (a signal begins: preamble, training, silence) and data (what the signal carries),
// in the ASN.1 packed encoding of T.38 Annex A. Version 0 codes the types of fields
// one bit shorter than later versions; both are here.
//
// Octets of data have the line's first bit as their most significant one. HDLC data
// has address and control but neither flags, stuffing nor check sequence.
package ifp
