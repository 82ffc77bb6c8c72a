package load

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// socketBuffer is asked for in both directions, in octets; the kernel gives what
// it allows. A burst of answers must not be lost on our side.
const socketBuffer = 8 << 20

// socket is a UDP socket of a fleet.
type socket struct {
	fd      int
	address string // host:port, as in a SIP URI
}

// openSocket opens a socket at local, any port, connected to target.
func openSocket(local netip.Addr, target netip.AddrPort) (socket, error) {
	family := unix.AF_INET
	if local.Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return socket{}, fmt.Errorf("cannot open socket: %w", err)
	}
	for _, option := range []int{unix.SO_RCVBUF, unix.SO_SNDBUF} {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, socketBuffer)
	}
	err = unix.Bind(fd, sockaddr(netip.AddrPortFrom(local, 0)))
	if err == nil {
		err = unix.Connect(fd, sockaddr(target))
	}
	if err != nil {
		_ = unix.Close(fd)
		return socket{}, fmt.Errorf("cannot open socket at %s: %w", local, err)
	}
	port, err := localPort(fd)
	if err != nil {
		_ = unix.Close(fd)
		return socket{}, err
	}
	return socket{fd: fd, address: netip.AddrPortFrom(local, port).String()}, nil
}

func localPort(fd int) (uint16, error) {
	name, err := unix.Getsockname(fd)
	if err != nil {
		return 0, fmt.Errorf("cannot learn port of socket: %w", err)
	}
	switch a := name.(type) {
	case *unix.SockaddrInet4:
		return uint16(a.Port), nil
	case *unix.SockaddrInet6:
		return uint16(a.Port), nil
	default:
		return 0, fmt.Errorf("cannot learn port of socket: address family %T", name)
	}
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

// sourceAddress is source number i: 127.0.0.1, 127.0.0.2 and so on up to
// 127.255.255.254; over IPv6 there is ::1 alone.
func sourceAddress(target netip.Addr, i int) netip.Addr {
	if target.Is6() {
		return target
	}
	const hosts = 1<<24 - 2
	n := i%hosts + 1
	return netip.AddrFrom4([4]byte{127, byte(n >> 16), byte(n >> 8), byte(n)})
}
