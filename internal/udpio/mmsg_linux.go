//go:build linux

package udpio

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
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

	// arguments and results of the system calls, made by functions that are built
	// once so that nothing is allocated per call
	batch    *Batch
	n        int
	readErr  syscall.Errno
	readFn   func(fd uintptr) bool
	first    int
	last     int
	writeErr syscall.Errno // apart from readErr: a reader and a writer work at once
	writeFn  func(fd uintptr) bool
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

func (s *connSys) init(c *Conn) error {
	s.out = newRing(maxWrite)
	s.wildcard = c.local.Addr().IsUnspecified()
	s.readFn, s.writeFn = s.recv, s.send
	var err error
	control := c.raw.Control(func(fd uintptr) {
		var family int
		if family, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DOMAIN); err != nil {
			return
		}
		s.v6 = family == unix.AF_INET6
		if !s.wildcard {
			return
		}
		if s.v6 {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1)
		}
		if err == nil {
			// An IPv6 socket that takes IPv4 too tells of both.
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_PKTINFO, 1)
		}
	})
	if control != nil {
		return control
	}
	return os.NewSyscallError("setsockopt", err)
}

// Read waits for datagrams and fills the batch with as many as there are. The error
// net.ErrClosed ends the socket; others are passing.
func (c *Conn) Read(b *Batch) error {
	s := &c.sys
	for i := range b.sys.msgs {
		h := &b.sys.msgs[i].hdr
		h.Namelen = unix.SizeofSockaddrInet6
		if s.wildcard {
			h.Control = &b.sys.control[i][0]
			h.SetControllen(controlSize)
		}
	}
	s.batch = b
	if err := c.raw.Read(s.readFn); err != nil {
		b.Packets = nil
		return closedOr(err)
	}
	if s.readErr != 0 {
		b.Packets = nil
		return os.NewSyscallError("recvmmsg", s.readErr)
	}
	b.Packets = b.all[:s.n]
	for i := range b.Packets {
		c.fill(&b.Packets[i], b, i)
	}
	return nil
}

func (s *connSys) recv(fd uintptr) bool {
	msgs := s.batch.sys.msgs
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&msgs[0])), uintptr(len(msgs)), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			return false
		}
		s.n, s.readErr = int(n), errno
		return true
	}
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

// Write sends the packets in order and returns how many the kernel took. A packet
// that cannot be sent (its peer unreachable) is passed over and counted as failed;
// net.ErrClosed ends the socket.
func (c *Conn) Write(packets []Packet) (failed int, err error) {
	s := &c.sys
	for len(packets) > 0 {
		n := min(len(packets), maxWrite)
		for i := range packets[:n] {
			s.pack(i, &packets[i])
		}
		s.first, s.last = 0, n
		for s.first < s.last {
			if err := c.raw.Write(s.writeFn); err != nil {
				return failed + len(packets) - s.first, closedOr(err)
			}
			if s.writeErr != 0 {
				failed++
				s.first++
			}
		}
		packets = packets[n:]
	}
	return failed, nil
}

func (s *connSys) send(fd uintptr) bool {
	msgs := s.out.msgs[s.first:s.last]
	for {
		n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&msgs[0])), uintptr(len(msgs)), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			return false
		case 0:
			s.first += int(n)
		}
		s.writeErr = errno
		return true
	}
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

// closedOr names the end of the socket alike, whoever noticed it.
func closedOr(err error) error {
	if op, ok := err.(*net.OpError); ok {
		err = op.Err
	}
	return err
}
