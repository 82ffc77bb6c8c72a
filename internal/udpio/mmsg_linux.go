//go:build linux

package udpio

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	len uint32
	_   [4]byte
}

// controlSize is the room for one IP_PKTINFO or IPV6_PKTINFO message.
const controlSize = 64

// ring is the kernel's view of a batch: headers, addresses, vectors, control data.
type ring struct {
	msgs    []mmsghdr
	names   []unix.RawSockaddrInet6 // the larger of the two families
	iovs    []unix.Iovec
	control [][controlSize]byte
}

func newRing(n int) ring {
	r := ring{
		msgs: make([]mmsghdr, n), names: make([]unix.RawSockaddrInet6, n),
		iovs: make([]unix.Iovec, n), control: make([][controlSize]byte, n),
	}
	for i := range r.msgs {
		r.msgs[i].hdr.Name = (*byte)(unsafe.Pointer(&r.names[i]))
		r.msgs[i].hdr.Iov = &r.iovs[i]
		r.msgs[i].hdr.SetIovlen(1)
	}
	return r
}

type batchSys struct{ ring }

func (b *batchSys) init(bufs [][]byte) {
	b.ring = newRing(len(bufs))
	for i, buf := range bufs {
		b.iovs[i].Base = &buf[0]
		b.iovs[i].SetLen(len(buf))
	}
}

// maxWrite is how many datagrams one sendmmsg takes.
const maxWrite = 64

type connSys struct {
	out      ring
	v6       bool // the socket's family
	wildcard bool // tells, and is told, the local address

	// fd is the socket, outside the runtime's poller.
	fd     int
	using  sync.RWMutex // held for reading while fd is used
	closed atomic.Bool
	own    *Set // of this socket alone, once Read is called; guarded by using
}

func prepare(c syscall.RawConn, o Options) error {
	var err error
	control := c.Control(func(fd uintptr) {
		if o.ReusePort {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		}
	})
	if control != nil {
		return control
	}
	return os.NewSyscallError("setsockopt", err)
}

func (s *connSys) init(c *Conn) (err error) {
	s.out = newRing(maxWrite)
	s.wildcard = c.local.Addr().IsUnspecified()
	if s.fd, err = duplicate(c.udp); err != nil {
		return err
	}
	if err := s.options(s.fd); err != nil {
		_ = unix.Close(s.fd)
		return os.NewSyscallError("setsockopt", err)
	}
	return c.udp.Close() // fd is the socket now
}

// duplicate gives a descriptor of the socket that the runtime does not watch.
func duplicate(udp *net.UDPConn) (fd int, err error) {
	raw, err := udp.SyscallConn()
	if err != nil {
		return 0, err
	}
	control := raw.Control(func(of uintptr) {
		fd, err = unix.FcntlInt(of, unix.F_DUPFD_CLOEXEC, 0)
	})
	if control != nil {
		return 0, control
	}
	return fd, os.NewSyscallError("fcntl", err)
}

func (s *connSys) options(fd int) error {
	family, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil {
		return err
	}
	s.v6 = family == unix.AF_INET6
	if err := unix.SetNonblock(fd, false); err != nil { // for sending
		return err
	}
	if !s.wildcard {
		return nil
	}
	if s.v6 {
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1); err != nil {
			return err
		}
	}
	// An IPv6 socket that takes IPv4 too tells of both.
	return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_PKTINFO, 1)
}

func (s *connSys) close(*Conn) error {
	if s.closed.Swap(true) {
		return net.ErrClosed
	}
	s.using.Lock()
	err := unix.Close(s.fd)
	own := s.own
	s.using.Unlock() // a set's lock comes first
	if own != nil {
		_ = own.Close()
	}
	return err
}

// control adds the socket, as number, to an epoll set, or changes what it waits for.
func (s *connSys) control(set, operation int, events uint32, number int) error {
	s.using.RLock()
	defer s.using.RUnlock()
	if s.closed.Load() {
		return net.ErrClosed
	}
	err := unix.EpollCtl(set, operation, s.fd, &unix.EpollEvent{Events: events, Fd: int32(number)})
	return os.NewSyscallError("epoll_ctl", err)
}

// Read waits for datagrams and fills the batch with as many as there are. The error
// net.ErrClosed ends the socket; others are passing. The socket must be in no set.
func (c *Conn) Read(b *Batch) error {
	for {
		if err := c.Take(b); err != nil || len(b.Packets) > 0 {
			return err
		}
		set, err := c.alone()
		if err != nil {
			return err
		}
		if err := set.Wait(); err != nil {
			return err
		}
	}
}

// alone is a set of this socket.
func (c *Conn) alone() (*Set, error) {
	s := &c.sys
	if s.own != nil { // made by this goroutine
		return s.own, nil
	}
	set, err := NewSet(0, c)
	if err != nil {
		return nil, err
	}
	s.using.Lock()
	defer s.using.Unlock()
	if s.closed.Load() {
		return nil, errors.Join(net.ErrClosed, set.Close())
	}
	s.own = set
	return set, nil
}

// Take is Read without waiting: it leaves the batch empty when nothing is there.
func (c *Conn) Take(b *Batch) error {
	s := &c.sys
	for i := range b.sys.msgs {
		h := &b.sys.msgs[i].hdr
		h.Namelen = unix.SizeofSockaddrInet6
		if s.wildcard {
			h.Control = &b.sys.control[i][0]
			h.SetControllen(controlSize)
		}
	}
	n, err := s.recv(b.sys.msgs)
	b.Packets = b.all[:n]
	for i := range b.Packets {
		c.fill(&b.Packets[i], b, i)
	}
	return err
}

// recv takes what there is, which may be nothing. Neither this nor sending goes by
// way of the scheduler: they do not wait, and it would wake a thread to look after us.
func (s *connSys) recv(msgs []mmsghdr) (int, error) {
	s.using.RLock()
	defer s.using.RUnlock()
	if s.closed.Load() {
		return 0, net.ErrClosed
	}
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&msgs[0])), uintptr(len(msgs)), unix.MSG_DONTWAIT, 0, 0)
	switch errno {
	case 0:
		return int(n), nil
	case unix.EAGAIN, unix.EINTR:
		return 0, nil
	}
	return 0, os.NewSyscallError("recvmmsg", errno)
}

// epollTake fills events with what has happened, without waiting.
func epollTake(fd int, events []unix.EpollEvent) (int, syscall.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(fd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
	return int(n), errno
}

// Lost is how many datagrams the kernel has had no room for, modulo 2^32.
func (c *Conn) Lost() uint64 {
	const drops, values = 8, 9 // SK_MEMINFO_DROPS and SK_MEMINFO_VARS of linux/sock_diag.h
	s := &c.sys
	s.using.RLock()
	defer s.using.RUnlock()
	if s.closed.Load() {
		return 0
	}
	var info [values]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(s.fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return 0
	}
	return uint64(info[drops])
}

// fill makes packet i of a batch from what the kernel wrote.
func (c *Conn) fill(p *Packet, b *Batch, i int) {
	m := &b.sys.msgs[i]
	p.Data = b.bufs[i][:m.len]
	p.Peer = peer(&b.sys.names[i])
	p.Truncated = m.hdr.Flags&unix.MSG_TRUNC != 0
	p.Local = netip.Addr{}
	if c.sys.wildcard {
		p.Local = pktinfo(b.sys.control[i][:m.hdr.Controllen])
	}
}

func peer(name *unix.RawSockaddrInet6) netip.AddrPort {
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&name.Port))[:])
	if name.Family == unix.AF_INET {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(name.Addr).Unmap(), port)
}

// pktinfo is the address a datagram was sent to (ip(7), ipv6(7)).
func pktinfo(control []byte) netip.Addr {
	if len(control) < unix.SizeofCmsghdr {
		return netip.Addr{}
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
	data := control[unix.CmsgLen(0):]
	switch {
	case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
		return netip.AddrFrom4((*unix.Inet4Pktinfo)(unsafe.Pointer(&data[0])).Addr)
	case h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
		return netip.AddrFrom16((*unix.Inet6Pktinfo)(unsafe.Pointer(&data[0])).Addr).Unmap()
	}
	return netip.Addr{}
}

// Write sends the packets in order. A packet that cannot be sent (its peer
// unreachable) is passed over and counted as failed; net.ErrClosed ends the socket.
func (c *Conn) Write(packets []Packet) (failed int, err error) {
	s := &c.sys
	for len(packets) > 0 {
		n := min(len(packets), maxWrite)
		for i := range packets[:n] {
			s.pack(i, &packets[i])
		}
		for first := 0; first < n; {
			sent, err := s.send(s.out.msgs[first:n])
			switch {
			case errors.Is(err, net.ErrClosed):
				return failed + len(packets) - first, err
			case err != nil:
				failed++
				first++
			}
			first += sent
		}
		packets = packets[n:]
	}
	return failed, nil
}

// send gives the kernel messages and returns how many it took, waiting for room.
func (s *connSys) send(msgs []mmsghdr) (int, error) {
	s.using.RLock()
	defer s.using.RUnlock()
	if s.closed.Load() {
		return 0, net.ErrClosed
	}
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&msgs[0])), uintptr(len(msgs)), unix.MSG_DONTWAIT, 0, 0)
	if errno == unix.EAGAIN { // no room: this may take time
		n, _, errno = unix.Syscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&msgs[0])), uintptr(len(msgs)), 0, 0, 0)
	}
	switch errno {
	case 0:
		return int(n), nil
	case unix.EINTR, unix.EAGAIN:
		return 0, nil
	}
	return 0, errno
}

// pack writes packet p into slot i of the outgoing ring.
func (s *connSys) pack(i int, p *Packet) {
	m := &s.out.msgs[i].hdr
	if len(p.Data) > 0 {
		s.out.iovs[i].Base = &p.Data[0]
	}
	s.out.iovs[i].SetLen(len(p.Data))
	name := &s.out.names[i]
	port := (*[2]byte)(unsafe.Pointer(&name.Port))
	binary.BigEndian.PutUint16(port[:], p.Peer.Port())
	if s.v6 {
		name.Family, name.Addr, name.Flowinfo, name.Scope_id = unix.AF_INET6, p.Peer.Addr().As16(), 0, 0
		m.Namelen = unix.SizeofSockaddrInet6
	} else {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		v4.Family, v4.Addr = unix.AF_INET, p.Peer.Addr().Unmap().As4()
		m.Namelen = unix.SizeofSockaddrInet4
	}
	m.Control = nil
	m.SetControllen(0)
	if s.wildcard && p.Local.IsValid() {
		s.packLocal(i, p.Local)
	}
}

// packLocal asks the kernel to send from an address.
func (s *connSys) packLocal(i int, local netip.Addr) {
	control := &s.out.control[i]
	h := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
	data := unsafe.Pointer(&control[unix.CmsgLen(0)])
	size := unix.SizeofInet4Pktinfo
	if local.Is4() {
		h.Level, h.Type = unix.IPPROTO_IP, unix.IP_PKTINFO
		*(*unix.Inet4Pktinfo)(data) = unix.Inet4Pktinfo{Spec_dst: local.As4()}
	} else {
		h.Level, h.Type = unix.IPPROTO_IPV6, unix.IPV6_PKTINFO
		*(*unix.Inet6Pktinfo)(data) = unix.Inet6Pktinfo{Addr: local.As16()}
		size = unix.SizeofInet6Pktinfo
	}
	h.SetLen(unix.CmsgLen(size))
	m := &s.out.msgs[i].hdr
	m.Control = &control[0]
	m.SetControllen(unix.CmsgSpace(size))
}
