//go:build linux

package load

import (
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// bareLoop is the cheapest Go program that relays: one epoll loop, and for each packet
// one receive and one send. It looks at nothing.
type bareLoop struct {
	poll, wake int
	fds        []int
	to         unix.RawSockaddrInet4
}

// RelayBare relays the RTP of calls with a bare loop until ctx is done. ready is told
// the ports, two for each call; every phone hears at the same address.
func RelayBare(ctx context.Context, calls int, phones netip.AddrPort, ready func([]netip.AddrPort)) (err error) {
	if err := checkRelay(calls, phones); err != nil {
		return err
	}
	l := &bareLoop{poll: -1, wake: -1, to: unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: phones.Addr().As4()}}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&l.to.Port))[:], phones.Port())
	defer l.close()
	ports, err := l.open(2 * calls)
	if err != nil {
		return err
	}
	ready(ports)
	defer context.AfterFunc(ctx, func() { _, _ = unix.Write(l.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0}) })()
	return l.run()
}

func (l *bareLoop) open(n int) (ports []netip.AddrPort, err error) {
	if l.poll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if l.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	if err := l.watch(l.wake, -1); err != nil {
		return nil, err
	}
	for i := range n {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil, os.NewSyscallError("socket", err)
		}
		l.fds = append(l.fds, fd)
		if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
			return nil, os.NewSyscallError("bind", err)
		}
		name, err := unix.Getsockname(fd)
		if err != nil {
			return nil, os.NewSyscallError("getsockname", err)
		}
		v4 := name.(*unix.SockaddrInet4) // as bound
		ports = append(ports, netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), uint16(v4.Port)))
		if err := l.watch(fd, int32(i)); err != nil {
			return nil, err
		}
	}
	return ports, nil
}

func (l *bareLoop) watch(fd int, number int32) error {
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(l.poll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: number}))
}

// run relays until it is woken. A packet leaves by the socket of the call's other side.
func (l *bareLoop) run() error {
	var packet [2048]byte
	events := make([]unix.EpollEvent, 256)
	for {
		n, err := unix.EpollWait(l.poll, events, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("epoll_wait", err)
		}
		for _, e := range events[:max(n, 0)] {
			if e.Fd < 0 {
				return nil
			}
			size, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(l.fds[e.Fd]), uintptr(unsafe.Pointer(&packet[0])), uintptr(len(packet)), 0, 0, 0)
			if errno != 0 {
				continue
			}
			_, _, _ = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(l.fds[e.Fd^1]), uintptr(unsafe.Pointer(&packet[0])), size,
				0, uintptr(unsafe.Pointer(&l.to)), unix.SizeofSockaddrInet4)
		}
	}
}

func (l *bareLoop) close() {
	for _, fd := range append(l.fds, l.poll, l.wake) {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}
