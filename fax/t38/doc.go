// Package t38 is a fax terminal on a packet network (ITU-T T.38): it speaks the
// procedure of package t30 in the packets of package ifp, in the datagrams of package
// udptl. It has no sockets and no clock: datagrams are handed in and out, and whoever
// drives it says what time it is. One goroutine owns a Terminal.
//
// What is sent is paced as a modem would send it, stuffed bits included, because the
// far end may be a gateway whose modem must neither starve nor be flooded. The last
// datagram of a burst, which no later one repeats, is sent several times.
package t38
