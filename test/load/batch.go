package load

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	batchSize   = 64   // datagrams in one system call
	maxDatagram = 2048 // octets; what is longer arrives cut
)

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	len uint32
	_   [4]byte
}

// batch is room for datagrams of one system call on a connected socket, in or out.
// It points into itself and is not to be copied. A worker waits for many sockets at
// once, which internal/udpio is not made for.
type batch struct {
	msgs [batchSize]mmsghdr
	iovs [batchSize]unix.Iovec
	bufs [batchSize][maxDatagram]byte
	n    int // datagrams to send
}

func newBatch() *batch {
	b := &batch{}
	for i := range b.msgs {
		b.iovs[i].Base = &b.bufs[i][0]
		b.msgs[i].hdr.Iov = &b.iovs[i]
		b.msgs[i].hdr.Iovlen = 1
	}
	return b
}

// datagram is datagram i of those received.
func (b *batch) datagram(i int) []byte { return b.bufs[i][:b.msgs[i].len] }

// room is where the next datagram is to be written; full says there is none.
func (b *batch) room() []byte { return b.bufs[b.n][:0] }

func (b *batch) full() bool { return b.n == batchSize }

// add sends what was written to room.
func (b *batch) add(length int) {
	b.iovs[b.n].Len = uint64(length)
	b.n++
}

// receive reads what is there, up to a batch; flags are recvmmsg's.
func (b *batch) receive(fd, flags int) (int, error) {
	for i := range b.iovs {
		b.iovs[i].Len = maxDatagram
	}
	return b.call(unix.SYS_RECVMMSG, fd, batchSize, flags, 0)
}

// send sends the datagrams added and empties the batch. It returns how many the
// kernel took: on loopback that is all but for a failing destination.
func (b *batch) send(fd int) (sent int, err error) {
	for sent < b.n {
		n, callErr := b.call(unix.SYS_SENDMMSG, fd, b.n, 0, sent)
		if errors.Is(callErr, unix.EINTR) {
			continue
		}
		if callErr != nil {
			err = callErr
			break
		}
		sent += n
	}
	b.n = 0
	return sent, err
}

func (b *batch) call(trap uintptr, fd, end, flags, start int) (int, error) {
	n, _, errno := unix.Syscall6(trap, uintptr(fd), uintptr(unsafe.Pointer(&b.msgs[start])), uintptr(end-start), uintptr(flags), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
