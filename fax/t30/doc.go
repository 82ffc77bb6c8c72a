// Package t30 is the fax procedure of ITU-T T.30, calling and answering, with and
// without error correction. It decides what is said and when; it knows neither modems
// nor networks nor files:
//
//   - a line below it (a T.38 terminal, or modems) takes signals to send and reports
//     what it hears: carriers, frames, bits. See Engine.
//   - a Source gives the pages to send, coded as the far end wants them; a Sink takes
//     those received. A page is confirmed only after its Sink has taken it.
//
// An Engine never blocks, starts nothing and reads no clock: whoever drives it says
// what time it is, and asks when it next wants to be called.
//
// Octets have the line's first bit as their most significant one throughout, as T.38
// and T.4 files in the usual bit order have it. Frames have address and control, but
// neither flags nor check sequence.
package t30
