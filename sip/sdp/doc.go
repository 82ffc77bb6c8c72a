// Package sdp reads and writes session descriptions (RFC 8866) as offers and answers
// of calls use them (RFC 3264): addresses, payload types, directions, SDES keys
// (RFC 4568), RTCP (RFC 3605, 5761) and the fax attributes of T.38 Annex D.
//
// Parse forgives what phones in the field get wrong without harm: order of lines, line
// ends, missing s= and t=, stray spaces, host names, lines nobody knows. It refuses
// what could mislead a later reader: control bytes, ports out of range, more of
// anything than the limits. What it returns is resolved: a Media has the address and
// the direction that hold for it, wherever they stood.
package sdp
