package media

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// dscp is Expedited Forwarding (RFC 4594 section 4.1) in the upper six bits.
const dscp = 46 << 2

// listen binds a non-blocking UDP socket.
func listen(addr netip.Addr, port uint16) (int, error) {
	family := unix.AF_INET
	if addr.Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := bind(fd, addr, port); err != nil {
		closeSocket(fd)
		return -1, err
	}
	return fd, nil
}

func bind(fd int, addr netip.Addr, port uint16) error {
	if addr.Is6() {
		// Without this, a port would be taken twice by the two wildcards.
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, dscp) // a wish
		return os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrInet6{Addr: addr.As16(), Port: int(port)}))
	}
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, dscp)
	return os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrInet4{Addr: addr.As4(), Port: int(port)}))
}

func inUse(err error) bool { return errors.Is(err, unix.EADDRINUSE) || errors.Is(err, unix.EACCES) }

func closeSocket(fd int) { _ = unix.Close(fd) }

// target is where a socket sends to, as the kernel wants it. It is immutable.
type target struct {
	name unix.RawSockaddrInet6 // the larger of the two
	size uintptr
	addr netip.AddrPort
}

func newTarget(addr netip.AddrPort) *target {
	addr = netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
	t := &target{addr: addr}
	port := (*[2]byte)(unsafe.Pointer(&t.name.Port))
	binary.BigEndian.PutUint16(port[:], addr.Port())
	if addr.Addr().Is6() {
		t.name.Family, t.name.Addr, t.size = unix.AF_INET6, addr.Addr().As16(), unix.SizeofSockaddrInet6
		return t
	}
	v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(&t.name))
	v4.Family, v4.Addr, t.size = unix.AF_INET, addr.Addr().As4(), unix.SizeofSockaddrInet4
	return t
}

// send gives the kernel one datagram. It never waits: what has no room is lost, as on
// any network.
func send(fd int, b []byte, to *target) bool {
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(&to.name)), to.size)
	return errno == 0
}

// reader receives datagrams of many sockets into one buffer.
type reader struct {
	name unix.RawSockaddrInet6
	size uint32
}

// receive takes one datagram; n is negative when there is none.
func (r *reader) receive(fd int, b []byte) (n int) {
	r.size = unix.SizeofSockaddrInet6
	got, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
		unix.MSG_DONTWAIT|unix.MSG_TRUNC, uintptr(unsafe.Pointer(&r.name)), uintptr(unsafe.Pointer(&r.size)))
	if errno != 0 {
		return -1
	}
	return int(got)
}

// source is who sent the last datagram.
func (r *reader) source() netip.AddrPort {
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&r.name.Port))[:])
	if r.name.Family == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(&r.name)).Addr), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(r.name.Addr), port)
}

// poller is an epoll instance with an eventfd that wakes it.
type poller struct {
	fd, wakeFD int
	events     []unix.EpollEvent
}

// batch is how many ready sockets one wait tells of.
const batch = 128

func newPoller() (*poller, error) {
	p := &poller{fd: -1, wakeFD: -1, events: make([]unix.EpollEvent, batch)}
	var err error
	if p.fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("epoll_create", err)
	}
	if p.wakeFD, err = unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC); err != nil {
		p.close()
		return nil, os.NewSyscallError("eventfd", err)
	}
	// Each write is an event of its own, so that nobody need read what was written: a
	// reader could take a wake away that came between.
	err = unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, p.wakeFD, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: int32(p.wakeFD)})
	if err != nil {
		p.close()
		return nil, os.NewSyscallError("epoll_ctl", err)
	}
	return p, nil
}

// add watches a descriptor; tag comes back with its events.
func (p *poller) add(fd int, tag int32) error {
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd,
		&unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd), Pad: tag}))
}

func (p *poller) remove(fd int) { _ = unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, fd, nil) }

// wait gives the ready descriptors; none after the timeout, in ms.
func (p *poller) wait(timeout int) []unix.EpollEvent {
	n, err := unix.EpollWait(p.fd, p.events, timeout)
	if err != nil { // interrupted
		return nil
	}
	return p.events[:n]
}

func (p *poller) wake() {
	var one [8]byte
	binary.NativeEndian.PutUint64(one[:], 1)
	_, _ = unix.Write(p.wakeFD, one[:]) // fails after 2^64 wakes
}

func (p *poller) close() {
	for _, fd := range []int{p.wakeFD, p.fd} {
		if fd >= 0 {
			closeSocket(fd)
		}
	}
}
