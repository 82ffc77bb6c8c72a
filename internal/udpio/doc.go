// Package udpio reads and writes UDP in batches: on Linux one system call moves up
// to a batch of datagrams (recvmmsg, sendmmsg), elsewhere one each. Several sockets
// may share an address (SO_REUSEPORT), each read by a goroutine of its own. Nothing
// is allocated per datagram.
package udpio
